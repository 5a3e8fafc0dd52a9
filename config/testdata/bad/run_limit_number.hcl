node "edge" {}
scheduler {
  run_limit = 10
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:15: Wrong type | run_limit is a text in quotes, not a number. Write for instance run_limit = "10s".
