node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
battery {}
power "jetson" {}
scheduler {
  power = 5
}
tenant "camera" {
  battery {}
}
# 5:1: Not supported by this version | A later version reads "battery". Leave it out for now.
# 6:1: Not supported by this version | A later version reads "power". Leave it out for now.
# 8:3: Not supported by this version | A later version reads "power". Leave it out for now.
# 11:3: Not supported by this version | A later version reads "battery". Leave it out for now.
