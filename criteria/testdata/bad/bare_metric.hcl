exit_when = confidence && exit >= 2

# error: Metric without comparison: confidence is not true or false by itself: compare it, as in confidence > 0.9.
