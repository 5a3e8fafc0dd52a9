exit_when = true

# canonical: true
