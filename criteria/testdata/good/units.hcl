exit_when = energy > 1*mWh || energy > 250*uJ || flops >= 812*MFLOPs || flops > 0.5*MFLOPs || response_time > 1500*us || response_time > 90*s

# canonical: energy > 3.6*J || energy > 250*uJ || flops >= 812*MFLOPs || flops > 0.5*MFLOPs || response_time > 1.5*ms || response_time > 90*s
