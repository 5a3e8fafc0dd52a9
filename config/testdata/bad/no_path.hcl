node "edge" {}
model "tiny" {
}
tenant "camera" {}
# 2:1: Missing path | A model block needs the attribute path. Write for instance path = "model.onnx".
