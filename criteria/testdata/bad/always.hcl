# exits: 4
exit_when = exit > 4 || !(confidence < 0) || response_time < 0*s || margin <= 1 || accuracy > 90

# warning: Comparison is always false: exit is never above 4, so this is always false. Write another constant, unless it is meant.
# warning: Comparison is always false: confidence is never below 0, so this is always false. Write another constant, unless it is meant.
# warning: Comparison is always false: response_time is never below 0, so this is always false. Write another constant, unless it is meant.
# warning: Comparison is always true: margin is never above 1, so this is always true. Write another constant, unless it is meant.
# error: Not a fraction: accuracy is a fraction between 0 and 1: did you mean 0.9?
