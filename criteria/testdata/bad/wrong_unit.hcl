exit_when = energy > 20*ms && confidence > 5*mJ || exit > 1*GFLOPs

# error: Wrong unit: energy is an energy, but this is a time: write something like 150*mJ.
# error: Wrong unit: confidence is a fraction between 0 and 1, but this is an energy: write something like 0.9.
# error: Wrong unit: exit is a plain number of exits, but this is an amount of computation: write something like 2.
