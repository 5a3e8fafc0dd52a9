node "edge" {}
model "tiny" {
  path = null
}
tenant "camera" {}
# 3:10: Missing path | A model block needs the attribute path. Write for instance path = "model.onnx".
