node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
scheduler {
  fairness = "energy"
  hybrid   = 0.7
}
tenant "camera" {}
# 7:14: Fairness said twice | fairness, at line 6, says what shares are parts of, and so does hybrid. Leave one of them out.
