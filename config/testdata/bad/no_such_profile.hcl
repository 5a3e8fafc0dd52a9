node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  profile = "absent.json"
}
tenant "camera" {}
# 4:13: No such file | absent.json. Write a path that starts at the folder of this configuration file, or at /.
