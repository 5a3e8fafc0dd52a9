node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  model = "tinny"
}
# 6:11: Unknown model | "tinny" is the name of no model. Did you mean "tiny"?
