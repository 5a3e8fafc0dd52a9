node "edge" {}
model "tiny" {
  path = "sound.onnx"
  audio {
    rate   = 1000
    length = 1
  }
}
tenant "camera" {}
# 6:14: Wrong type | length is a duration in quotes (a number with us, ms, s, m or h) from 1ms to 60s, not a number. Write for instance length = "1s".
