node "edge" {}
runtime {
  threads = 0
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:13: Invalid threads | threads is a whole number from 1 to 256, not 0. Write for instance threads = 1.
