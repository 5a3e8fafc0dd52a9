node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  model = "tinny"
}
# 6:11: Unknown model | There is no model "tinny"; models are "tiny". Did you mean "tiny"?
