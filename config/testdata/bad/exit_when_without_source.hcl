node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = energy > 3*mJ || accuracy > 0.9 || battery < 0.2
}
# 6:15: No source for energy | Nothing provides energy here: measure the model with delen profile, with --power IDLE,BUSY where there is no meter, and write profile = "profile.json" in the model block.
# 6:32: No source for accuracy | Nothing provides accuracy here: set profile = "..." on the model.
# 6:50: No source for battery | Nothing provides battery here: leave it out, since no battery is configured.
