node "edge" {}
model "tiny" {
  segments = []
}
tenant "camera" {}
# 3:14: Invalid segments | segments is a list of paths of files, in quotes that is written out and not empty. Write for instance segments = ["segment1.onnx", "segment2.onnx"].
