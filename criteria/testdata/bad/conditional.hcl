exit_when = exit > 2 ? confidence > 0.9 : margin > 0.5

# error: Conditional: There is no ?: here: for a ? b : c write a && b || !a && c.
