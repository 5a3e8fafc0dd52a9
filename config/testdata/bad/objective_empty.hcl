node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "known.json"
}
tenant "camera" {
  objective {}
}
tenant "survey" {
  objective {
    where = accuracy >= 0.9
  }
}
# 7:3: Missing goal | An objective has a goal: write maximize = accuracy, or minimize = energy, response_time or flops.
# 11:13: Missing goal | An objective has a goal: write maximize = accuracy, or minimize = energy, response_time or flops.
