node "edge" {
  inbound = "32 M"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:13: Invalid inbound | inbound is a size in quotes (a number with B, KiB, MiB, GiB, kB, MB or GB) from 1MiB to 16GiB, not "32 M". Write for instance inbound = "32MiB".
