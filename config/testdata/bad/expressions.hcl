node "${Env.HOST}" {}
model "tiny" {
  path = "tiny.onnx"
}
scheduler {
  slots = two
  run_limit = "${1 + "a"}s"
}
runtime {
  threads = env
}
tenant "camera" {
  share = 1 / 0
  queue = [1][2]
  deadline = true ? "50" : "ms"
}
# 1:1: Invalid start of a block | Its name is written out and has no variables in it. Write node "edge-1" { ... }.
# 6:11: Unknown variable | There is no variable two: only those of the environment, as env.NAME. Write for instance slots = 2.
# 7:22: Invalid operand | Unsuitable value for right operand: a number is required. Write the value itself, for instance run_limit = "10s".
# 10:13: Unknown variable | A variable of the environment is a text and has a name. Write for instance threads = env.NAME.
# 13:11: Invalid share | share is a number from 0.001 to 1000000, not +Inf. Only the ratio of shares counts; take out a tenant that is not to be served. Write for instance share = 2.
# 14:14: Invalid index | The given key does not identify an element in this collection value. Write the value itself, for instance queue = 64.
# 15:14: Invalid deadline | deadline is a duration in quotes (a number with us, ms, s, m or h) from 1us to 24h, not "50". Write for instance deadline = "50ms".
