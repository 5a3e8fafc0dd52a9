exit_when = confidence > 1 / (2 - 2)

# error: Division by zero: The divisor is 0: write another one.
