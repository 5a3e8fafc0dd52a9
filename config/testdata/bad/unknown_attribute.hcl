node "edge" {}
model "tiny" {
  paht = "tiny.onnx"
}
tenant "camera" {
  shares = 0
}
# 3:3: Unknown attribute | There is no attribute "paht" in a model block. Did you mean "path"?
# 6:3: Unknown attribute | There is no attribute "shares" in a tenant block. Did you mean "share"?
# 6:12: Invalid share | share is a number from 0.001 to 1000000, not 0. Only the ratio of shares counts; take out a tenant that is not to be served. Write for instance share = 2.
