node "edge" {}
model "tiny" {
  path = "sound.onnx"
  audio {
    rate   = "16 kHz"
    length = "16ms"
  }
}
tenant "camera" {}
# 5:14: Wrong type | rate is a whole number from 1000 to 384000, not a text in quotes. Write for instance rate = 16000.
