node "edge" {}
model "tiny" {
  path = "sound.onnx"
  audio {
    rate   = 16000
    length = "1s"
  }
}
tenant "camera" {}
# 4:3: Input of another model | The block makes tensors of shape [16000] or [1 16000], but the model takes x float32[? 16], the first dimension being the row. Change rate or length, or leave the audio block out.
