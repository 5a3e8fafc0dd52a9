node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  deadline = "25h"
}
# 6:14: Invalid deadline | deadline is a duration in quotes (a number with us, ms, s, m or h) from 1us to 24h, not "25h". Write for instance deadline = "50ms".
