node {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 1:1: Missing name | A node block has a name. Write for instance node "edge-1" { ... }.
