node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  deadline = "50"
}
# 6:14: Invalid duration | "50" is not a duration. Write a number with a unit (us, ms, s, m or h), such as deadline = "50ms".
