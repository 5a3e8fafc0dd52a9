node "edge" {}
model "tiny" {
  path = "broken.onnx"
}
tenant "camera" {}
# 3:10: Invalid model | broken.onnx: not an ONNX model, or a truncated one
