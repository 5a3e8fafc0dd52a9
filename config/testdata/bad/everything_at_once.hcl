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
# 2:12: Invalid listen | listen is a host:port in quotes, with a port from 0 to 65535, not "nowhere". Write for instance listen = "127.0.0.1:8090".
# 5:11: Invalid level | level is one of "info", "debug", "warn" and "error", not "loud". Write for instance level = "info".
# 9:13: No such file | absent.json. Write a path that starts at the folder of this configuration file, or at /.
# 10:13: Labels of another model | two.txt names 2 classes, but exit "early" gives 3 values. Write one line per class, in the model's order.
# 13:15: Unknown model | "tine" is the name of no model. Did you mean "tiny"?
# 14:15: Invalid share | share is a number from 0.001 to 1000000, not 0. Only the ratio of shares counts; take out a tenant that is not to be served. Write for instance share = 2.
# 15:15: Invalid deadline | deadline is a duration in quotes (a number with us, ms, s, m or h) from 1us to 24h, not "soon". Write for instance deadline = "50ms".
# 16:15: Invalid queue | queue is a whole number from 1 to 65536, not 0. Write for instance queue = 64.
# 17:29: Not a fraction | confidence is a fraction between 0 and 1: did you mean 0.9?
# 19:8: Duplicate tenant name | The tenant at line 12 is called "camera" already. Give this one another name.
