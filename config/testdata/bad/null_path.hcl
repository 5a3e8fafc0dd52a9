node "edge" {}
model "tiny" {
  path = null
}
tenant "camera" {}
# 3:10: Missing path | A model is a file. Write for instance path = "model.onnx".
