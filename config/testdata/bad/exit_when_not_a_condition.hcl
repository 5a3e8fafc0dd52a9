node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = confidence
}
# 6:15: Metric without comparison | confidence is not true or false by itself: compare it, as in confidence > 0.9.
