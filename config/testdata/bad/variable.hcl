node "edge" {
  listen = "${host}:80"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:15: Unknown variable | There is no variable host: only those of the environment, as env.NAME. Write for instance listen = "127.0.0.1:8090".
