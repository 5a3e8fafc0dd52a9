node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  profile = "other-digest.json"
}
tenant "camera" {}
# 4:13: Profile of another model | The profile is of another version of the model: its digest is 000000000000, that of the model 4f27b14f5e57; measure the model again.
