node "edge" {
  inbound = "1000kB"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:13: Invalid inbound | inbound is a size in quotes (a number with B, KiB, MiB, GiB, kB, MB or GB) from 1MiB to 16GiB, not "1000kB". Write for instance inbound = "32MiB".
