node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    size  = [4, 4]
    color = "gray"
    mean  = [0.5, 0.5, 0.5]
  }
}
tenant "camera" {}
# 7:13: Invalid mean | mean has a number for each channel, which are 1 when color is "gray", and not 3. Write that many.
