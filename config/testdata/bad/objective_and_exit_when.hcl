node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "known.json"
}
tenant "camera" {
  exit_when = confidence >= 0.9
  objective {
    maximize = accuracy
  }
}
# 7:15: Criterion and objective | A tenant has a criterion (exit_when, at line 7) or an objective (at line 8), not both. Leave one of them out.
