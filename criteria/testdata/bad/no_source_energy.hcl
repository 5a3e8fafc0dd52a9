# without: energy
exit_when = energy > 150*mJ

# error: No source for energy: Nothing provides energy here: measure the model with delen profile, with --power IDLE,BUSY where there is no meter, and write profile = "profile.json" in the model block.
