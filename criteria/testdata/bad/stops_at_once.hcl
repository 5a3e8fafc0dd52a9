# The second rule says nothing about the first exit.
exit_when = [exit < 2 && !(confidence < 0), confidence >= 0, exit > 2 && exit >= 1]

# warning: Comparison is always false: confidence is never below 0, so this is always false. Write another constant, unless it is meant. As it is, every request stops at exit 1.
# warning: Comparison is always true: confidence is never below 0, so this is always true. Write another constant, unless it is meant.
# warning: Comparison is always true: exit is never below 1, so this is always true. Write another constant, unless it is meant.
