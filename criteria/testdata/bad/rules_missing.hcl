# exits: 4
exit_when = [confidence > 0.9, confidence > 0.8]

# error: Wrong number of rules: A list has one rule per exit: write 4 rules, or 3 because the last exit always answers. This list has 2.
