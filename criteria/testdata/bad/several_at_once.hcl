exit_when = response_time > 20 && confidence > 90 || laser > 3 || battery

# error: Missing unit: response_time is a time: write 20*us, 20*ms or 20*s.
# error: Not a fraction: confidence is a fraction between 0 and 1: did you mean 0.9?
# error: Unknown name: There is no laser here. Write one of the metrics response_time, confidence, accuracy, energy, flops, exit, entropy, margin, agreement, battery, next.response_time, next.energy, next.flops, or of the units us, ms, s, uJ, mJ, J, mWh, MFLOPs, GFLOPs.
# error: Metric without comparison: battery is not true or false by itself: compare it, as in battery > 0.9.
