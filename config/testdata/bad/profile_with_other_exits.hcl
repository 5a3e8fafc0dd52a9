node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  profile = "other-exits.json"
}
tenant "camera" {}
# 4:13: Profile of another model | Exit 1 is "first" in the profile, but "early" in the model: measure the model again or name the same exits.
