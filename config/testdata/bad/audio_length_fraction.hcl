node "edge" {}
model "tiny" {
  path = "sound.onnx"
  audio {
    rate   = 1001
    length = "16ms"
  }
}
tenant "camera" {}
# 6:14: Invalid length | 16ms at 1001 Hz are 16.016 samples, but a recording has a whole number of them. Change length or rate.
