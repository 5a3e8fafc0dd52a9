node "edge" {}
model "tiny" {
  path = "sound.onnx"
  audio {
    rate   = 8000.5
    length = "16ms"
  }
}
tenant "camera" {}
# 5:14: Invalid rate | rate is a whole number from 1000 to 384000, not 8000.5. Write for instance rate = 16000.
