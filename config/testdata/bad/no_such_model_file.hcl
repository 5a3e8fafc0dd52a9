node "edge" {}
model "tiny" {
  path = "absent.onnx"
}
tenant "camera" {}
# 3:10: No such file | absent.onnx. Write a path that starts at the folder of this configuration file, or at /.
