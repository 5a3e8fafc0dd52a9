# What scenarios name.
node "edge-1" {}
model "reader" {
  path    = "../tiny.onnx"
  profile = "../known.json"
}
tenant "door-camera" {
  exit_when = confidence >= 0.9
}
tenant "survey" {
  objective {
    maximize = accuracy
  }
}
