exit_when = next.energy - energy > 5*mJ

# error: Arithmetic with a metric: Only constants can be calculated with: leave next.energy alone on one side of the comparison.
# error: Arithmetic with a metric: Only constants can be calculated with: leave energy alone on one side of the comparison.
