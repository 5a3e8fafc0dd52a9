exit_when = { "1" = confidence > 0.9 }

# error: Object: There are no objects here: write a list of rules in [ ], one per exit.
