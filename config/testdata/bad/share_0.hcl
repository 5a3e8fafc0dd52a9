node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  share = 0
}
# 6:11: Invalid share | share is a number from 0.001 to 1000000, not 0. Only the ratio of shares counts; take out a tenant that is not to be served. Write for instance share = 2.
