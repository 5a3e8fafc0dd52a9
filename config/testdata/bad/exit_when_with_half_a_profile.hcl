node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "partial.json"
}
tenant "camera" {
  exit_when = energy > 3*mJ
}
# 7:15: No source for energy | Nothing provides energy here: give the model a profile with energy.
