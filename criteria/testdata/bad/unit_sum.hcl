exit_when = response_time > 20*ms + 5*mJ

# error: Units do not go together: The left side is a time, the right side is an energy: add and subtract two of a kind.
