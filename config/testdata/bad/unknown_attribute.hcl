node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  shares = 2
}
# 6:3: Unsupported argument | An argument named "shares" is not expected here. Did you mean "share"?
