node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "other-outcomes.json"
}
tenant "camera" {}
# 4:13: Invalid outcomes | outcomes.csv: outcomes of another profile: their digest is 9a210ef7d41d, and the profile's outcomes_digest 000000000000; run delen profile again. Put the outcomes where the profile names them, or measure the model again with delen profile.
