exit_when = entropy > -0.5 + 1 && entropy < 3 - 0.001

# canonical: entropy > 0.5 && entropy < 2.999
