exit_when = response_time > (50 - 10)*ms/2 && confidence >= 1 - 1/8 && exit > 4*ms/(2*ms)

# canonical: response_time > 20*ms && confidence >= 0.875 && exit > 2
