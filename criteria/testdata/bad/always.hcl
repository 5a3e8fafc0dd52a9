# exits: 4
exit_when = exit > 4 || confidence >= 0 || response_time < 0*s || accuracy > 90

# warning: Comparison is always false: exit is between 1 and 4 here.
# warning: Comparison is always true: confidence is between 0 and 1 here.
# warning: Comparison is always false: response_time is never below 0 here.
# error: Not a fraction: accuracy is a fraction between 0 and 1: did you mean 0.9?
