exit_when = response_time > 1e-400*s

# error: Number too small: This is too small for a 64-bit floating-point number: write another one.
