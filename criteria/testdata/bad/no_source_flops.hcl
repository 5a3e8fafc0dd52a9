# without: flops
exit_when = flops > 2*GFLOPs

# error: No source for flops: Nothing provides flops here: set profile = "..." on the model.
