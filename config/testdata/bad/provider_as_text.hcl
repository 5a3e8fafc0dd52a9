node "edge" {}
runtime {
  provider = "cuda"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:3: Unknown attribute | There is no attribute "provider" in the runtime block. It is a block: write provider "cuda" { ... } without an equals sign.
