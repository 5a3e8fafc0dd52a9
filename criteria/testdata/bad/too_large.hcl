exit_when = energy > 1e300*1e300*J || flops > 1e999*MFLOPs || response_time > 1e310 || exit > 1e600000000 + 1

# error: Number too large: This is too large for a 64-bit floating-point number: write another one.
# error: Number too large: This is too large for a 64-bit floating-point number: write another one.
# error: Number too large: This is too large for a 64-bit floating-point number: write another one.
# error: Number too large: This is too large for a 64-bit floating-point number: write another one.
