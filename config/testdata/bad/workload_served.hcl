node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
workload "camera" {
  rate = 20
}
# 6:1: Part of a scenario | A workload block says what delen simulate does. Move it to a file of its own, and name this one there: write config = "workload_served.hcl".
