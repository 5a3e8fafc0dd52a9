exit_when = "confidence > 0.9"

# error: String: There are no strings here: leave out the quotes.
