exit_when = ms || exit >= 2

# error: Not a condition: ms is a unit: compare a metric, as in confidence >= 0.9.
