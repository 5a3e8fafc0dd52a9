exit_when = 1 < 2

# error: Comparison of two constants: This does not depend on what is observed: compare a metric, or write true or false.
