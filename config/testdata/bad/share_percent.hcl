node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  share = "50%"
}
# 6:11: Wrong type | share is a number from 0.001 to 1000000, not a text in quotes. Write for instance share = 2.
