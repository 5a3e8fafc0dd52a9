node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  overflow = "drop_oldest"
}
# 6:14: Invalid overflow | overflow is one of "refuse" and "drop-oldest", not "drop_oldest". Did you mean "drop-oldest"?
