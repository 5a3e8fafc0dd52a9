# The criterion is true whatever happens: a warning, for it may be meant.
node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = confidence >= 0
}
