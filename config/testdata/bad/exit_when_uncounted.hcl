node "edge" {}
model "tiny" {
  path = "strange.onnx"
}
tenant "camera" {
  exit_when = flops > 1*MFLOPs
}
# 6:15: No source for flops | Nothing provides flops here: the operations of the graph cannot be counted; give the model a profile that states flops.
