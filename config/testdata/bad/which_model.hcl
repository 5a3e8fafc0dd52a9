node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
model "other" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 8:1: Missing model | There are several models. Add model = "tiny", or another of "tiny" and "other".
