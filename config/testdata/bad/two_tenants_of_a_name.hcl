node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
tenant "camera" {}
# 6:8: Duplicate tenant name | The tenant at line 5 is called "camera" already. Give this one another name.
