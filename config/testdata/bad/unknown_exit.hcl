node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  exits = ["earli", "late", "x"]
}
tenant "camera" {}
# 4:12: Invalid exit | The model has no tensor "earli" (did you mean "early"?); its outputs are "late", "early".
# 4:29: Invalid exit | Exit "x" is an input of the model: an exit must be computed. Write the name of a tensor that the model computes.
