node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = [confidence > 0.9, confidence > 0.8, null]
}
# 6:15: Wrong number of rules | A list has one rule per exit: write 2 rules, or 1 because the last exit always answers. This list has 3.
