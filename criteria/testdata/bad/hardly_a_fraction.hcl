exit_when = confidence > 1.5 || margin > 2 || accuracy > 101

# error: Not a fraction: confidence is a fraction between 0 and 1, so it is at most 1: write one such as 0.9.
# error: Not a fraction: margin is a fraction between 0 and 1: did you mean 0.2?
# error: Not a fraction: accuracy is a fraction between 0 and 1, so it is at most 1: write one such as 0.9.
