# The criterion is true whatever happens: a warning, for it may be meant.
node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = confidence >= 0
}
# 7:15: Comparison is always true | confidence is between 0 and 1 here. Leave this out
