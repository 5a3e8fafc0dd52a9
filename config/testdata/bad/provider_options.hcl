node "edge" {}
runtime {
  provider "xnnpack" {
    options = { intra_op_num_threads = 4 }
  }
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 4:40: Wrong type | each element of options is a text in quotes, not a number. Write for instance options = { device_type = "CPU" }.
