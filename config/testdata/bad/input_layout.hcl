node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    size   = [4, 4]
    color  = "gray"
    layout = "NCWH"
  }
}
tenant "camera" {}
# 7:14: Invalid layout | layout is one of "NCHW" and "NHWC", not "NCWH". Did you mean "NCHW"?
