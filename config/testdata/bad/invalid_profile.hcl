node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  profile = "percent.json"
}
tenant "camera" {}
# 4:13: Invalid profile | percent.json: exit 1 ("early"): accuracy 50 is not a fraction from 0 to 1; write 0.93 for 93 percent, or null
