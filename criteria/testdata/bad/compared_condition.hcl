exit_when = (confidence > 0.5) == true

# error: Not a number: Conditions cannot be compared or calculated with: join them with && and ||, negate them with !(...).
# error: Not a number: Conditions cannot be compared or calculated with: join them with && and ||, negate them with !(...).
