node "edge" {}
model "open" {
  path = "open.onnx"
}
tenant "camera" {}
# 3:10: Input without a size | The model's input x int64[? ?] leaves more open than its rows, the first dimension. Make it a number when you export the model.
