node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = confidence >= 0,9
}
# 6:30: Extra characters after expression | The decimal sign is a point: write 0.9.
