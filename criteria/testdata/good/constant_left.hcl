exit_when = 0.9 <= confidence && 20*ms < response_time && 2 == exit

# canonical: confidence >= 0.9 && response_time > 20*ms && exit == 2
