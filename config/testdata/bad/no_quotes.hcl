node "edge" {}
log {
  level = debug
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:11: Missing quotes | A text stands in quotes: write "debug".
