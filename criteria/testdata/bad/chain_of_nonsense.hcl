exit_when = 5 < confidence < 0.9*ms

# error: Chained comparison: A comparison has two sides: write two comparisons, joined by &&.
