node "edge" {}
log "main" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:5: Unexpected name | A log block has no name. Write log { ... }.
