node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  priority = 2
}
# 6:3: Unsupported argument | An argument named "priority" is not expected here.
