# What a wrong profile would give is not reported as missing.
node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  profile = "other-digest.json"
}
tenant "camera" {
  exit_when = accuracy > 0.9 || energy > 3*mJ || next.energy > 3*mJ || flops > 2*GFLOPs || battery < 0.2
}
# 5:13: Profile of another model | The profile is of another version of the model
# 8:92: No source for battery | Nothing provides battery here
