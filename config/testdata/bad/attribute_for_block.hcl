node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
log = "info"
# 6:1: Unknown attribute | There is no attribute "log" outside of blocks. It is a block: write log { ... } without an equals sign.
