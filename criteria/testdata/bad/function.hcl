exit_when = max(confidence, margin) > 0.9

# error: Function call: There are no functions here: leave out max, and compare a metric with a constant.
