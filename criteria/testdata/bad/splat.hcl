exit_when = confidence.*.x > 0.9

# error: Index or attribute: Nothing here has parts; only next.* has a dot in its name: leave the rest out.
