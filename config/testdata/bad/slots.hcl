node "edge" {}
scheduler {
  slots = -1
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:11: Invalid slots | slots is a whole number from 1 to 1024, not -1. Write for instance slots = 2.
