node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    size = [4, 4]
  }
}
tenant "camera" {}
# 4:3: Input of another model | The block makes tensors of shape [3 4 4], but the model takes x float32[? 1 4 4], the first dimension being the row. Change layout, size or color.
