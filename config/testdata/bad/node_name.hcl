node "my node" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 1:6: Invalid name | A name has 1 to 64 letters (a to z), digits, '-', '_' and '.'. Write for instance node "edge-1" { ... }.
