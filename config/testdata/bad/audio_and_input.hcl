node "edge" {}
model "tiny" {
  path = "sound.onnx"
  audio {
    rate   = 1000
    length = "20ms"
  }
  input {
    size  = [4, 4]
    color = "gray"
  }
}
tenant "camera" {}
# 4:3: Two kinds of input | The input block at line 8 is for another kind of input, and the model has one. Keep one of the blocks.
# 8:3: Input of another model | The block makes tensors of shape [1 4 4], but the model takes x float32[? 16], the first dimension being the row. Change layout, size or color.
