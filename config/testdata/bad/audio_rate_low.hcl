node "edge" {}
model "tiny" {
  path = "sound.onnx"
  audio {
    rate   = 16
    length = "1s"
  }
}
tenant "camera" {}
# 5:14: Invalid rate | rate is a whole number from 1000 to 384000, not 16. Write for instance rate = 16000.
