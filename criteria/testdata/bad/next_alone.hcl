exit_when = next > 0.9

# error: Unknown name: There is no next here. Write one of the metrics response_time, confidence, accuracy, energy, flops, exit, entropy, margin, agreement, battery, next.response_time, next.energy, next.flops, or of the units us, ms, s, uJ, mJ, J, mWh, MFLOPs, GFLOPs.
