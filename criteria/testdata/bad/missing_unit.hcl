exit_when = response_time > 20

# error: Missing unit: response_time is a time: write 20*us, 20*ms or 20*s.
