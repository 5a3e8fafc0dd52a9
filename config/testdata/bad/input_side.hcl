node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    size  = [4, 0.5]
    color = "gray"
  }
}
tenant "camera" {}
# 5:17: Invalid size | A side is a whole number of pixels from 1 to 16384, not 0.5. Write for instance size = [32, 32].
