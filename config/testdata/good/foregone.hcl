# The criterion is true whatever happens: a warning, for it may be meant.
node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = confidence >= 0
}
# 7:15: Comparison is always true | confidence is never below 0, so this is always true. Write another constant, unless it is meant. As it is, every request stops at exit 1.
