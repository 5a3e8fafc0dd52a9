exit_when = null

# canonical: false
