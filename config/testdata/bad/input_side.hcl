node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    size  = [4, 0.5]
    color = "gray"
  }
}
tenant "camera" {}
# 5:17: Invalid size | A side has from 1 to 16384 pixels, not 0.5.
