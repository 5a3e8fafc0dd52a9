node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    size  = [4, 4]
    color = "gray"
    mean  = [1e300]
  }
}
tenant "camera" {}
# 7:14: Invalid mean | mean is for values from 0 to 1, so 1e+300 is out of range. Write for instance mean = [0.485, 0.456, 0.406].
