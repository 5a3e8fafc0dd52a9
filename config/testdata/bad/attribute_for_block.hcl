node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
log = "info"
# 6:1: Unsupported argument | An argument named "log" is not expected here. Did you mean to define a block of type "log"?
