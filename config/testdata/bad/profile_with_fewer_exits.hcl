node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  profile = "one-exit.json"
}
tenant "camera" {}
# 4:13: Profile of another model | The profile has 1 exit ["late"], but the model has 2 exits ["early" "late"]: measure the model again or name the same exits.
