node "edge" {
  listen = <<E
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:12: Invalid listen | listen is a host:port in quotes, with a port from 0 to 65535, not <<E. Write for instance listen = "127.0.0.1:8090".
