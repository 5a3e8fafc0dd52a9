exit_when = confidence > 90 || confidence >= 7 || margin > 5.5 || margin > 10

# error: Not a fraction: confidence is a fraction between 0 and 1: did you mean 0.9?
# error: Not a fraction: confidence is a fraction between 0 and 1: did you mean 0.7?
# error: Not a fraction: margin is a fraction between 0 and 1: did you mean 0.055?
# error: Not a fraction: margin is a fraction between 0 and 1: did you mean 0.1?
