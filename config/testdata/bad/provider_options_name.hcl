node "edge" {}
runtime {
  provider "xnnpack" {
    options = { (null) = "2" }
  }
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 4:17: Invalid options | Each element of options has a name, and = before its text. Write for instance options = { device_type = "CPU" }.
