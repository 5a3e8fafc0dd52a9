node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  profile = "temperatures.json"
  activation = "none"
}
tenant "camera" {}
# 4:13: Profile of logits | The profile has temperatures, by which logits are divided, but the exits give probabilities already.
