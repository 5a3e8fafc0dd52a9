# exits: 4
exit_when = [confidence >= 0.97, null, confidence >= 0.5 && entropy < 0.25, true]

# canonical: [confidence >= 0.97, false, confidence >= 0.5 && entropy < 0.25, true]
