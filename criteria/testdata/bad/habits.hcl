exit_when = latency > 20*ms || next.Latency > 20*ms || conf > 0.9 || acc > 0.9 || joules > 3*mJ || macs > 2*GFLOPs || layer > 2 || next.layer > 2

# error: Unknown name: There is no latency here. Did you mean response_time?
# error: Unknown name: There is no next.Latency here. Did you mean next.response_time?
# error: Unknown name: There is no conf here. Did you mean confidence?
# error: Unknown name: There is no acc here. Did you mean accuracy?
# error: Unknown name: There is no joules here. Did you mean energy?
# error: Unknown name: There is no macs here. Did you mean flops?
# error: Unknown name: There is no layer here. Did you mean exit?
# error: Unknown name: There is no next.layer here. Write one of the metrics response_time, confidence, accuracy, energy, flops, exit, entropy, margin, agreement, battery, next.response_time, next.energy, next.flops, or of the units us, ms, s, uJ, mJ, J, mWh, MFLOPs, GFLOPs.
