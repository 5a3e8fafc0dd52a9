node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
battery {}
power "jetson" {}
audit = true
scheduler {
  policy = "cooperative"
}
tenant "camera" {
  batch {}
}
# 5:1: Not supported by this version | A later version reads "battery". Leave it out for now.
# 6:1: Not supported by this version | A later version reads "power". Leave it out for now.
# 7:1: Not supported by this version | A later version reads "audit". Leave it out for now.
# 9:3: Not supported by this version | A later version reads "policy". Leave it out for now.
# 12:3: Not supported by this version | A later version reads "batch". Leave it out for now.
