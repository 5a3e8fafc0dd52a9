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
# 7:13: Invalid std | Element 1 of std is 0, and values are divided by it. Write 1 to leave them as they are.
