node "edge" {
  inbound = "32 M"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:13: Invalid size | "32 M" is not a size. Write a number with a unit (B, KiB, MiB, GiB, kB, MB or GB), such as inbound = "32MiB".
