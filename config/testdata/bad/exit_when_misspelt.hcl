node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = confidance > 0.9
}
# 6:15: Unknown name | There is no confidance here. Did you mean confidence?
