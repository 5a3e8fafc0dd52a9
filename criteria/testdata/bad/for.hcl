exit_when = [for e in exit : e > 0.5]

# error: For expression: There is no for here: write a list with one rule per exit.
