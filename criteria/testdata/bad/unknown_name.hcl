exit_when = latency > 20*ms

# error: Unknown name: There is no latency here. The metrics are response_time, confidence, accuracy, energy, flops, exit, entropy, margin, agreement, battery, next.response_time, next.energy, next.flops; the units are us, ms, s, uJ, mJ, J, mWh, MFLOPs, GFLOPs.
