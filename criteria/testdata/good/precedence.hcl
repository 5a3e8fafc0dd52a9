exit_when = (confidence > 0.8 && exit >= 2) || energy > 150*mJ

# canonical: confidence > 0.8 && exit >= 2 || energy > 150*mJ
