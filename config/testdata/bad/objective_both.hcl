node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "known.json"
}
tenant "camera" {
  objective {
    maximize = accuracy
    minimize = energy
  }
}
# 9:16: Two goals | An objective has one goal: keep maximize or minimize, and bound the other metric in where.
