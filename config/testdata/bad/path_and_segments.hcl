node "edge" {}
model "tiny" {
  path     = "tiny.onnx"
  segments = ["first.onnx", "second.onnx"]
}
tenant "camera" {}
# 4:14: Path and segments | A model lies in one file or in several, not in both. Leave out path or segments.
