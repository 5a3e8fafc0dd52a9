# without: battery
exit_when = battery > 0.5

# error: No source for battery: Nothing provides battery here: leave it out, since no battery is configured.
