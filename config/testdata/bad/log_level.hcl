node "edge" {}
log {
  level = "wran"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:11: Invalid level | level is one of "info", "debug", "warn" and "error", not "wran". Did you mean "warn"?
