node "edge" {
  listen = "nowhere"
}
log {
  level = "loud"
}
model "tiny" {
  path    = "tiny.onnx"
  profile = "absent.json"
  labels  = "two.txt"
}
tenant "camera" {
  model     = "tine"
  share     = 0
  deadline  = "soon"
  queue     = 0
  exit_when = confidence >= 90
}
tenant "camera" {}
# 2:12: Invalid listen | "nowhere" is not a host and a port from 0 to 65535
# 5:11: Invalid level | level is one of "info", "debug", "warn" and "error"
# 9:13: No such file | absent.json
# 10:13: Labels of another model | two.txt names 2 classes, but exit "early" gives 3 values
# 13:15: Unknown model | There is no model "tine"; models are "tiny"
# 14:15: Invalid share | A share is a number above 0, not 0
# 15:15: Invalid duration | "soon" is not a duration
# 16:15: Invalid queue | queue is a whole number from 1 to 65536, not 0
# 17:29: Not a fraction | confidence is a fraction between 0 and 1
# 19:8: Duplicate tenant name | A tenant at line 12 is called "camera" already
