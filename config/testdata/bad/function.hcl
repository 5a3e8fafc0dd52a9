node "edge" {
  listen = env("LISTEN")
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:12: Function calls not allowed | Functions may not be called here.
