node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  deadline = "-5ms"
}
# 6:14: Invalid deadline | deadline is from 1µs to 24h, not -5ms.
