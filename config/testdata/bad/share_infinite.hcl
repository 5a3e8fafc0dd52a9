node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  share = 1e999
}
# 6:11: Invalid share | A share is from 0.001 to 1000000
