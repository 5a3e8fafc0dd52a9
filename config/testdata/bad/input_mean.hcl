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
# 7:13: Invalid mean | A picture with color = "gray" has 1, but mean has 3. Write for instance mean = [0.5].
