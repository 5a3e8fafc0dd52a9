node "edge" {}
model "tiny" {
  segments = ["second.onnx", "first.onnx"]
}
tenant "camera" {}
# 3:14: Invalid segments | Write the files of one model in the order in which a request passes them
