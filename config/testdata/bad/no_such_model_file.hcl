node "edge" {}
model "tiny" {
  path = "absent.onnx"
}
tenant "camera" {}
# 3:10: No such file | absent.onnx. Paths start at the folder of the configuration.
