node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  audio {
    rate   = 1000
    length = "16ms"
  }
}
tenant "camera" {}
# 4:3: Input of another model | The block makes tensors of shape [16] or [1 16], but the model takes x float32[? 1 4 4], the first dimension being the row. Change rate or length, or leave the audio block out.
