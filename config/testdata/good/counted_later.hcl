# What the file leaves open the runtime finds out: flops come from the graph all the same.
node "edge" {}
model "tiny" {
  path = "silent.onnx"
}
tenant "camera" {
  exit_when = flops > 1*MFLOPs || next.flops > 2*MFLOPs
}
