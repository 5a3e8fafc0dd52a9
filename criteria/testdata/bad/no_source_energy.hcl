# without: energy
exit_when = energy > 150*mJ

# error: No source for energy: Nothing provides energy here: give the model a profile with energy.
