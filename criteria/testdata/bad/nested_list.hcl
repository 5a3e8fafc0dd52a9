exit_when = [confidence > 0.9, [exit > 2], false]

# error: List inside an expression: Only the whole criterion can be a list: put the other conditions into each of its rules.
