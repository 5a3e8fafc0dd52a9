exit_when = confidence >= 0.9 || response_time > 20*ms

# canonical: confidence >= 0.9 || response_time > 20*ms
