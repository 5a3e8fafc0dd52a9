node "edge" {}
model {
  path = "tiny.onnx"
  activation = "sofmax"
}
tenant "camera" {
  model = "glyphs"
}
# 2:1: Missing name | A model block has a name. Write for instance model "glyphs" { ... }.
# 4:16: Invalid activation | activation is one of "softmax" and "none", not "sofmax". Did you mean "softmax"?
