node "edge" {}
model "tiny" {
  path = "silent.onnx"
}
tenant "camera" {
  exit_when = flops > 1*MFLOPs
}
# 6:15: No source for flops | Nothing provides flops here: set profile = "..." on the model.
