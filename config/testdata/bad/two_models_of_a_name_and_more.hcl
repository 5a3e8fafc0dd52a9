node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
model "tiny" {
  path = "absent.onnx"
}
tenant "camera" {}
# 5:7: Duplicate model name | A model at line 2 is called "tiny" already. Give this one another name.
# 6:10: No such file | absent.onnx. Paths start at the folder of the configuration.
