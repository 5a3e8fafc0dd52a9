node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
model "tiny" {
  path = "absent.onnx"
}
tenant "camera" {}
# 5:7: Duplicate model name | The model at line 2 is called "tiny" already. Give this one another name.
# 6:10: No such file | absent.onnx. Write a path that starts at the folder of this configuration file, or at /.
