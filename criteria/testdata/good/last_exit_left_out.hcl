# exits: 3
exit_when = [
  confidence >= 0.97,
  confidence >= 0.9, # the third exit always answers
]

# canonical: [confidence >= 0.97, confidence >= 0.9]
