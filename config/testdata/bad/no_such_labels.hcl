node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  labels = "absent.txt"
}
tenant "camera" {}
# 4:12: No such file | absent.txt. Write a path that starts at the folder of this configuration file, or at /.
