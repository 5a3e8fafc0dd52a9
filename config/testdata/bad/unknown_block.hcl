node "edge" {}
modle "tiny" {
  path = "tiny.onnx"
  activation = "sofmax"
}
tenant "camera" {
  model = "tiny"
}
# 2:1: Unknown block | There is no block "modle". Did you mean "model"?
# 4:16: Invalid activation | activation is one of "softmax" and "none", not "sofmax". Did you mean "softmax"?
