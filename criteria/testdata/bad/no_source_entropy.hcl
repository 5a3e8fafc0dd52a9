# without: entropy
exit_when = entropy > 0.5

# error: No source for entropy: Nothing provides entropy here: leave it out, since the model's outputs are no classes.
