node "edge" {
  listen = "localhost"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:12: Invalid listen | "localhost" is not a host and a port from 0 to 65535. Write for instance listen = "127.0.0.1:8090".
