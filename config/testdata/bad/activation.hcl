node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  activation = "sofmax"
}
tenant "camera" {}
# 4:16: Invalid activation | activation is one of "softmax" and "none", not "sofmax". Did you mean "softmax"?
