node "edge" {}
log {}
log {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:1: Duplicate log block | Another log block stands at line 2. Keep one of them.
