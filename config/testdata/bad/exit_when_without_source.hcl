node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = energy > 3*mJ || accuracy > 0.9 || battery < 0.2
}
# 6:15: No source for energy | Nothing provides energy here: give the model a profile with energy.
# 6:32: No source for accuracy | Nothing provides accuracy here: set profile = "..." on the model.
# 6:50: No source for battery | Nothing provides battery here: leave it out, since no battery is configured.
