node "edge" {
  inbound = 32*MiB
}
model "tiny" {
  path = "tiny.onnx"
}
scheduler {
  run_limit = x * ms
}
tenant "a" {
  deadline = 50*ms
}
tenant "b" {
  deadline = 1.5 * s
}
# 2:13: Missing quotes | A number with its unit stands in quotes: write inbound = "32MiB".
# 8:15: Unknown variable | There is no variable x: only those of the environment, as env.NAME. Write for instance run_limit = "10s".
# 11:14: Missing quotes | A number with its unit stands in quotes: write deadline = "50ms".
# 14:14: Missing quotes | A number with its unit stands in quotes: write deadline = "1.5s".
