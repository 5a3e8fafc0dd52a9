node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "lost-outcomes.json"
}
tenant "camera" {
  objective {
    maximize = accuracy
  }
}
# 4:13: Invalid outcomes | nowhere.csv: no such file or directory. Put the outcomes where the profile names them, or measure the model again with delen profile.
