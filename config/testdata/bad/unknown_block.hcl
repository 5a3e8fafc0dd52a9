node "edge" {}
modle "x" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:1: Unsupported block type | Blocks of type "modle" are not expected here. Did you mean "model"?
