exit_when = confidence > 90

# error: Not a fraction: confidence is a fraction between 0 and 1: did you mean 0.9?
