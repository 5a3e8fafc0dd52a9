node "edge" {
  inbound = "1000kB"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:13: Invalid inbound | inbound is from 1MiB to 16GiB, not 1000kB.
