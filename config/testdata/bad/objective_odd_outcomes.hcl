node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "odd-outcomes.json"
}
tenant "camera" {}
# 4:13: Invalid outcomes | odd.csv: line 3: sample "b.png", exit 2: confidence 1.5 is not from 0 to 1. Put the outcomes where the profile names them, or measure the model again with delen profile.
