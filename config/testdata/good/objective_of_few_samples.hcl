node "edge" {}
model "few" {
  path    = "tiny.onnx"
  profile = "few.json"
}
model "quiet" {
  path    = "tiny.onnx"
  profile = "few.json"
}
tenant "camera" {
  model = "few"
  objective {
    maximize = accuracy
  }
}
tenant "survey" {
  model = "few"
  objective {
    minimize = energy
  }
}
tenant "stated" {
  model     = "quiet"
  exit_when = confidence >= 0.9
}
# 4:13: Doubtful outcomes | 20 samples are few
# 4:13: Doubtful outcomes | All samples have label 0
