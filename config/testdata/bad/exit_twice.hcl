node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  exits = ["early", "late", "early"]
}
tenant "camera" {}
# 4:11: Invalid exits | Exit "early" is named twice. Leave out what is too much.
