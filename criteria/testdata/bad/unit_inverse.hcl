exit_when = response_time > 1 / ms

# error: Units do not go together: The left side is a plain number, the right side is a time: write a plain number for one of them, since no metric is measured in their ratio.
