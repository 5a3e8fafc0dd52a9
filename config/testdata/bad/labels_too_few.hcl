node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  labels = "two.txt"
}
tenant "camera" {}
# 4:12: Labels of another model | two.txt names 2 classes, but exit "early" gives 3 values. Write one line per class, in the model's order.
