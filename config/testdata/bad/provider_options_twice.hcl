node "edge" {}
runtime {
  provider "xnnpack" {
    options = {
      threads   = "2"
      "threads" = "4"
    }
  }
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 6:7: Invalid options | options has "threads" twice. Keep one of them.
