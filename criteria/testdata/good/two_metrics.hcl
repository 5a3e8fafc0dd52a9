exit_when = energy >= next.energy || margin > confidence || !(next.response_time < response_time)

# canonical: energy >= next.energy || margin > confidence || next.response_time >= response_time
