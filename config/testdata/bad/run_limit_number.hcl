node "edge" {}
scheduler {
  run_limit = 10
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:15: Wrong type | run_limit is a duration in quotes (a number with us, ms, s, m or h) from 1ms to 1h, not a number. Write for instance run_limit = "10s".
