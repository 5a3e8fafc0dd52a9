exit_when = response_time > 1 / ms

# error: Units do not go together: The left side is a plain number, the right side is a time: no metric is measured in their ratio.
