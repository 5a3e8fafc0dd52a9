exit_when = energy > 5*mJ * 3*ms

# error: Units do not go together: The left side is an energy, the right side is a time: write a plain number for one of them, since no metric is measured in their product.
