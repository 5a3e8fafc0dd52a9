node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = confidence > env.SURE || response_time > 20
}
# 6:28: No environment here | A criterion knows metrics and constants only, no variables of the environment. Write the value itself.
# 6:56: Missing unit | response_time is a time: write 20*us, 20*ms or 20*s.
