node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    size  = [4]
    color = "gray"
  }
}
tenant "camera" {}
# 5:13: Invalid size | size is the height and the width in pixels, not a list of 1. Write for instance size = [32, 32].
