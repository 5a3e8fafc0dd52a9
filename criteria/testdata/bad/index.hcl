exit_when = confidence[0] > 0.9

# error: Index or attribute: Nothing here has parts; only next.* has a dot in its name: leave the rest out.
