node "a" "b" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 1:10: Unexpected name | A node block has one name. Write for instance node "edge-1" { ... }.
