exit_when = !(confidence < 0.9 || exit == 1 && !(agreement >= 2))

# canonical: confidence >= 0.9 && (exit != 1 || agreement >= 2)
