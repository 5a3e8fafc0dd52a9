exit_when = entropy > -0 || response_time > -(0*ms)

# canonical: entropy > 0 || response_time > 0*s
