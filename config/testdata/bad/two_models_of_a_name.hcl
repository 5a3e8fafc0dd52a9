node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 5:7: Duplicate model name | The model at line 2 is called "tiny" already. Give this one another name.
