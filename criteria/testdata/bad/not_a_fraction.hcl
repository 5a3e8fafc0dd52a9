exit_when = margin > 250 || battery < -0.2

# error: Not a fraction: margin is a fraction between 0 and 1, so it is at most 1: write one such as 0.9.
# error: Not a fraction: battery is a fraction between 0 and 1: write one such as 0.9.
