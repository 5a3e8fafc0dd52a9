# without: flops
exit_when = flops > 2*GFLOPs

# error: No source for flops: Nothing provides flops here: the operations of the graph cannot be counted; give the model a profile that states flops.
