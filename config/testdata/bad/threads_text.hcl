node "edge" {}
runtime {
  threads = "2"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:13: Wrong type | threads is a whole number from 1 to 256, not a text in quotes. Write for instance threads = 1.
