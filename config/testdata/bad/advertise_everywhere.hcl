node "edge" {
  listen = ":8090"
  advertise = "[::]:8090"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:15: Invalid advertise | Peers cannot dial "[::]:8090": it stands for every address. Write one that they reach, for instance advertise = "192.0.2.7:8090".
