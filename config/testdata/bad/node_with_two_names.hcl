node "a" "b" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 1:1: Missing or unexpected name | A node block has one name. Write for instance node "node-1" { ... }.
