node "edge" {}
model "tiny" {
  segments = ["first.onnx", "third.onnx"]
}
tenant "camera" {}
# 3:29: No such file | third.onnx. Write a path that starts at the folder of this configuration file, or at /.
