node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    size  = null
    color = "gray"
  }
}
tenant "camera" {}
# 5:13: Missing size | size cannot be left out. Write for instance size = [32, 32].
