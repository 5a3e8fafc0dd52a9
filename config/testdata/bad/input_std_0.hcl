node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    size  = [4, 4]
    color = "gray"
    std   = [0]
  }
}
tenant "camera" {}
# 7:13: Invalid std | Values are divided by std, so none is 0. Write 1 to leave them as they are.
