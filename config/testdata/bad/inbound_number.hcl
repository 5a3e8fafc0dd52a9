node "edge" {
  inbound = 33554432
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:13: Wrong type | inbound is a text in quotes, not a number. Write for instance inbound = "32MiB".
