node "edge" {}
runtime {
  provider "cpu" {
    device = 1
  }
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 4:5: Attribute of another provider | There is no attribute "device" in a provider block named "cpu". It has no attributes: leave this one out.
