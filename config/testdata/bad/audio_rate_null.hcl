node "edge" {}
model "tiny" {
  path = "sound.onnx"
  audio {
    rate   = null
    length = "16ms"
  }
}
tenant "camera" {}
# 5:14: Missing rate | An audio block needs the attribute rate. Write for instance rate = 16000.
