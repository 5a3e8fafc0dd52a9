node "edge" {}
log {
  format = "text"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:12: Invalid format | format is one of "auto", "json" and "console", not "text". Write for instance format = "auto".
