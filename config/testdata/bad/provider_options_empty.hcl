node "edge" {}
runtime {
  provider "xnnpack" {
    options = {}
  }
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 4:15: Invalid options | options is a list of names with their texts, in braces, written out and not empty. Write for instance options = { device_type = "CPU" }.
