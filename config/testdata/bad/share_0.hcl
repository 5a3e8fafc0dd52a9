node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  share = 0
}
# 6:11: Invalid share | A share is a number above 0, not 0: its part in the sum of all shares is guaranteed. Write a small one such as 0.1, or take the tenant out.
