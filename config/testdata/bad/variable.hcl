node "edge" {
  listen = "${host}:80"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:15: Variables not allowed | Variables may not be used here.
