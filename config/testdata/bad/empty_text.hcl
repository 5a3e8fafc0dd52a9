node "edge" {
  listen = ""
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:12: Empty value | Write for instance listen = "127.0.0.1:8090", or leave listen out.
