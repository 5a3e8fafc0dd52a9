node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  share = "50%"
}
# 6:11: Wrong type | share is a number, not a text in quotes. Write for instance share = 1.
