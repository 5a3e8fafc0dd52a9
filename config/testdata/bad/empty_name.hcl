node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "" {}
# 5:8: Invalid name | A name has 1 to 64 letters (a to z), digits, '-', '_' and '.'. Write for instance tenant "door-camera" { ... }.
