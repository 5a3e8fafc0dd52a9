node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = response_time > 20
}
# 6:31: Missing unit | response_time is a time: write 20*us, 20*ms or 20*s.
