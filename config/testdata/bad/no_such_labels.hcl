node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  labels = "absent.txt"
}
tenant "camera" {}
# 4:12: No such file | absent.txt. Paths start at the folder of the configuration.
