node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    color = "gray"
  }
}
tenant "camera" {}
# 4:3: Missing size | An input block needs the attribute size. Write for instance size = [32, 32].
