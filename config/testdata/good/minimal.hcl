# Everything that may be left out is.
node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
