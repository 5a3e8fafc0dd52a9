# exits: 1
exit_when = []

# canonical: []
