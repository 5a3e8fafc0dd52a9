exit_when = 0.5 < confidence < 0.9

# error: Chained comparison: A comparison has two sides: write confidence > 0.5 && confidence < 0.9.
