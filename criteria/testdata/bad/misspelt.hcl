exit_when = confidnce > 0.9 || next.enrgy > 5*mJ || response_time > 3*Ms

# error: Unknown name: There is no confidnce here. Did you mean confidence?
# error: Unknown name: There is no next.enrgy here. Did you mean next.energy?
# error: Unknown name: There is no Ms here. Did you mean ms?
