node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = [confidence > 0.9, confidence > 0.8, null]
}
# 6:15: Wrong number of rules | A list has one rule per exit
