node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "partial.json"
}
tenant "camera" {
  exit_when = energy > 3*mJ
}
# 7:15: No source for energy | Nothing provides energy here: measure the model with delen profile, with --power IDLE,BUSY where there is no meter, and write profile = "profile.json" in the model block.
