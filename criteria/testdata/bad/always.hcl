# exits: 4
exit_when = exit > 4 || confidence >= 0 || response_time < 0*s || accuracy > 90

# warning: Comparison is always false: exit is between 1 and 4 here. Leave this out, or write another constant.
# warning: Comparison is always true: confidence is between 0 and 1 here. Leave this out, or write another constant.
# warning: Comparison is always false: response_time is never below 0 here. Leave this out, or write another constant.
# error: Not a fraction: accuracy is a fraction between 0 and 1: did you mean 0.9?
