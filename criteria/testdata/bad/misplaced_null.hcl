exit_when = null || confidence > 0.9

# error: Misplaced null: null, for never, can only be the whole criterion or one of a list's rules: write false here.
