node "edge" {
  listen = "127.0.0.1:8090
}
model "tiny" {
  path   = "tiny.onnx"
  lables = "labels.txt"
}
shceduler {
  run_limit = "10 seconds"
}
tenant "doorbell" {
  exit_when = confidence >= 0.9 || response_time > 20ms
}
tenant "survey" {
  exit_when = confidence >= 0.9 || response_time > 20*mJ
}
tenant "meter" {
  exit_when = energy > 3*mJ
}
tenant "survey" {
  share = 0
  model = "tinny"
}
# 2:12: Missing quote | A text stands in quotes: write listen = "127.0.0.1:8090".
# 6:3: Unknown attribute | There is no attribute "lables" in a model block. Did you mean "labels"?
# 8:1: Unknown block | There is no block "shceduler". Did you mean "scheduler"?
# 9:15: Invalid run_limit | run_limit is a duration in quotes (a number with us, ms, s, m or h) from 1ms to 1h, not "10 seconds". Write for instance run_limit = "10s".
# 12:54: Extra characters after expression | A unit is a constant to multiply with: write *ms.
# 15:52: Wrong unit | response_time is a time, but this is an energy: write something like 20*ms.
# 18:15: No source for energy | Nothing provides energy here: measure the model with delen profile, with --power IDLE,BUSY where there is no meter, and write profile = "profile.json" in the model block.
# 20:8: Duplicate tenant name | The tenant at line 14 is called "survey" already. Give this one another name.
# 21:11: Invalid share | share is a number from 0.001 to 1000000, not 0. Only the ratio of shares counts; take out a tenant that is not to be served. Write for instance share = 2.
# 22:11: Unknown model | "tinny" is the name of no model. Did you mean "tiny"?
