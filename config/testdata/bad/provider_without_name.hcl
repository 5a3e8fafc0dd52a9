node "edge" {}
runtime {
  provider {
    device = 1
  }
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:3: Missing name | A provider block has a name. Write for instance provider "cuda" { ... }.
