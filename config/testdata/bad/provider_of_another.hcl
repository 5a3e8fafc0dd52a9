node "edge" {}
runtime {
  provider "cuda" {
    fp16    = true
    device  = 64
    options = { device_type = "GPU" }
  }
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 4:5: Attribute of another provider | There is no attribute "fp16" in a provider block named "cuda". Leave it out, or write one of device and memory.
# 5:15: Invalid device | device is a whole number from 0 to 63, not 64. Write for instance device = 0.
# 6:5: Attribute of another provider | There is no attribute "options" in a provider block named "cuda". Leave it out, or write one of device and memory.
