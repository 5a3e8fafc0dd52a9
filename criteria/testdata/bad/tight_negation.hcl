exit_when = !confidence > 0.9

# error: Negation of a number: ! binds more tightly than a comparison: put the comparison into parentheses, as in !(confidence > 0.9).
