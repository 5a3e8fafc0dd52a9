node "edge" {
  listen = ":8090"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:12: Missing advertise | ":8090" listens on every address, so peers cannot tell which one to dial. Add one that they reach, for instance advertise = "192.0.2.7:8090".
