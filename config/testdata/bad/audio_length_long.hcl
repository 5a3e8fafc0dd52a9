node "edge" {}
model "tiny" {
  path = "sound.onnx"
  audio {
    rate   = 1000
    length = "2m"
  }
}
tenant "camera" {}
# 6:14: Invalid length | length is a duration in quotes (a number with us, ms, s, m or h) from 1ms to 60s, not "2m". Write for instance length = "1s".
