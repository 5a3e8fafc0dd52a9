node "edge" {}
model "tiny" {
  path = "sound.onnx"
  audio {
    rate   = 1000
    length = "16ms"
  }
  audio {
    rate   = 1000
    length = "16ms"
  }
}
tenant "camera" {}
# 8:3: Duplicate audio block | Another audio block stands at line 4. Keep one of them.
