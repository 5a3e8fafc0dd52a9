# without: next.response_time
exit_when = next.response_time > 20*ms

# error: No source for next.response_time: Nothing provides next.response_time here: set profile = "..." on the model.
