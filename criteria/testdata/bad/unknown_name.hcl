exit_when = latency > 20*ms

# error: Unknown name: There is no latency here. Write one of the metrics response_time, confidence, accuracy, energy, flops, exit, entropy, margin, agreement, battery, next.response_time, next.energy, next.flops, or of the units us, ms, s, uJ, mJ, J, mWh, MFLOPs, GFLOPs.
