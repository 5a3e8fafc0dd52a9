node "edge" {}
model "sure" {
  path = "sure.onnx"
}
model "said" {
  path       = "sure.onnx"
  activation = "none"
}
tenant "camera" {
  model = "sure"
}
# 3:10: Softmax twice | Exit "first" gives probabilities already, as it comes from a Softmax
# 3:10: Softmax of a Sigmoid | Exit "second" gives a probability for each class already, as it comes from a Sigmoid, and activation is "softmax": its confidence is far too low. Write activation = "none".
# 6:16: Logits taken for probabilities | Exit "third" gives logits, as it comes from a LogSoftmax
