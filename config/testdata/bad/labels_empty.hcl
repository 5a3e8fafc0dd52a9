node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  labels = "empty.txt"
}
tenant "camera" {}
# 4:12: Invalid labels | empty.txt is empty: write the name of a class on each line.
