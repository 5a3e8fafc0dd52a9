node "edge" {}
log "main" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:5: Unexpected name | There is one log block and it has no name. Write log { ... }.
