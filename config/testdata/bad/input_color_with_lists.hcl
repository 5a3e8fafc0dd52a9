node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    size  = [4, 4]
    color = "grey"
    mean  = [0.5]
    std   = [0.25]
  }
}
tenant "camera" {}
# 6:13: Invalid color | color is one of "rgb" and "gray", not "grey". Did you mean "gray"?
