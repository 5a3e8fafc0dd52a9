# without: accuracy
exit_when = accuracy > 0.5

# error: No source for accuracy: Nothing provides accuracy here: set profile = "..." on the model.
