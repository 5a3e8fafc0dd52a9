exit_when = energy > response_time || confidence > exit

# error: Metrics of different kinds: energy is an energy, but response_time is a time: they do not compare.
# error: Metrics of different kinds: confidence is a fraction between 0 and 1, but exit is a plain number of exits: they do not compare.
