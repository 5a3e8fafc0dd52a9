exit_when = confidence > 0.9 && 20*ms

# error: Not a condition: This is a number, not true or false: compare a metric with it, as in confidence >= 0.9.
