node "edge" {}
model "tiny" {
  path = "sound.onnx"
  audio {
    length = "16ms"
  }
}
tenant "camera" {}
# 4:3: Missing rate | An audio block needs the attribute rate. Write for instance rate = 16000.
