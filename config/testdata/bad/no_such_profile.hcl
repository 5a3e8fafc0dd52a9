node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  profile = "absent.json"
}
tenant "camera" {}
# 4:13: No such file | absent.json. Paths start at the folder of the configuration.
