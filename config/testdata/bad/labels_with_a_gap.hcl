node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  labels = "gap.txt"
}
tenant "camera" {}
# 4:12: Invalid labels | gap.txt is empty: each line names a class, the first is class 0; leave no line empty.
