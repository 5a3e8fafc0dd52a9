node "edge" {}
node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:1: Duplicate node block | Another node block stands at line 1. Keep one of them.
