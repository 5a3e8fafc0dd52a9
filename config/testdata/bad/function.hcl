node "edge" {
  listen = env("LISTEN")
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:12: Function calls not allowed | Functions may not be called here. Write the value itself, for instance listen = "127.0.0.1:8090".
