node "edge" {}
model "tiny" {
  segments = ["first.onnx", "second.onnx"]
  exits    = ["early"]
}
tenant "camera" {}
# 3:14: Invalid segments | There are 2 segments and 1 exits: name the exit of each segment.
