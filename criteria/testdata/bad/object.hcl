exit_when = { "1" = confidence > 0.9 }

# error: Object: There are no objects here: a list has its rules in [ ], one per exit.
