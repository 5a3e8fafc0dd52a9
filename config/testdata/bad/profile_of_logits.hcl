node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  profile = "temperatures.json"
  activation = "none"
}
tenant "camera" {}
# 3:10: Logits taken for probabilities | Exit "early" gives logits, as it comes from a MatMul
# 3:10: Logits taken for probabilities | Exit "late" gives logits
# 4:13: Profile of logits | The profile has temperatures, by which logits are divided, but the exits give probabilities already.
