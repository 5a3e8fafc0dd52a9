exit_when = exit % 2 == 0

# error: Remainder: There is no % here: write 90 percent as 0.9.
