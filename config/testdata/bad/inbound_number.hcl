node "edge" {
  inbound = 33554432
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:13: Wrong type | inbound is a size in quotes (a number with B, KiB, MiB, GiB, kB, MB or GB) from 1MiB to 16GiB, not a number. Write for instance inbound = "32MiB".
