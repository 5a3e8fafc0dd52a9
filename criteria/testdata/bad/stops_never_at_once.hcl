exit_when = confidence >= 0 && exit >= 2

# warning: Comparison is always true: confidence is never below 0, so this is always true. Write another constant, unless it is meant.
