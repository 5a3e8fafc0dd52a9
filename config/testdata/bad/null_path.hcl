node "edge" {}
model "tiny" {
  path = null
}
tenant "camera" {}
# 3:10: Missing path | path cannot be left out. Write for instance path = "model.onnx".
