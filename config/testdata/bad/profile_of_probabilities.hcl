node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "of-probabilities.json"
}
tenant "camera" {}
# 4:13: Profile of another activation | The profile was measured with activation = "none", and the model has "softmax": a confidence means something else in each. Write activation = "none" if the exits give probabilities, or else measure the model again with delen profile.
