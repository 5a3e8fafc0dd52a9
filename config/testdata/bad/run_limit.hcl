node "edge" {}
scheduler {
  run_limit = "0s"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:15: Invalid run_limit | run_limit is a duration in quotes (a number with us, ms, s, m or h) from 1ms to 1h, not "0s". Write for instance run_limit = "10s".
