node "edge" {}
provider "cuda" {
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:1: Unknown block | There is no block "provider". It is a block that stands in the runtime block: write provider "cuda" { ... } there.
