node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  queue = 65537
}
# 6:11: Invalid queue | queue is a whole number from 1 to 65536, not 65537. Write for instance queue = 64.
