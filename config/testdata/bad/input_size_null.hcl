node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    size  = null
    color = "gray"
  }
}
tenant "camera" {}
# 5:13: Missing size | An input block needs the attribute size. Write for instance size = [32, 32].
