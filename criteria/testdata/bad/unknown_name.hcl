# without: battery
exit_when = laser > 20*ms

# error: Unknown name: There is no laser here. Write one of the metrics response_time, confidence, accuracy, energy, flops, exit, entropy, margin, agreement, next.response_time, next.energy, next.flops, or of the units us, ms, s, uJ, mJ, J, mWh, MFLOPs, GFLOPs.
