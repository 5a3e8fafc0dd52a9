# without: entropy
exit_when = entropy > 0.5

# error: No source for entropy: Nothing provides entropy here: the model's outputs must be classes.
