node "edge" {
  listen = ":8090"
  advertise = "[::]:8090"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 3:15: Invalid advertise | Peers cannot dial "[::]:8090". Write an address that they reach, such as "192.0.2.7:8090".
