exit_when = response_time > "20ms" || energy > "1.5 mJ" || confidence > "0.9" || flops > "2 parsecs"

# error: String: There are no strings here: write 20*ms.
# error: String: There are no strings here: write 1.5*mJ.
# error: String: There are no strings here: leave out the quotes.
# error: String: There are no strings here: leave out the quotes.
