node "edge" {}
model "tiny" {
  path = "sound.onnx"
  audio {}
}
tenant "camera" {}
# 4:3: Missing length | An audio block needs the attribute length. Write for instance length = "1s".
# 4:3: Missing rate | An audio block needs the attribute rate. Write for instance rate = 16000.
