node "edge" {}
runtime {
  provider "tensorrt" {
    fp16      = "yes"
    workspace = "1KiB"
  }
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 4:17: Wrong type | fp16 is true or false, not a text in quotes. Write for instance fp16 = false.
# 5:17: Invalid workspace | workspace is a size in quotes (a number with B, KiB, MiB, GiB, kB, MB or GB) from 1MiB to 1024GiB, not "1KiB". Write for instance workspace = "1GiB".
