node "edge" {
  advertise = "edge.local:0"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:15: Invalid advertise | advertise is a host:port in quotes, with a port from 1 to 65535, not "edge.local:0". Write for instance advertise = "192.0.2.7:8090".
