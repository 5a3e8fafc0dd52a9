node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  exit_when = "confidence > 0.9"
}
# 6:15: String | There are no strings here: leave out the quotes.
