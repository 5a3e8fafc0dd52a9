node "edge" {
  advertise = "edge.local:0"
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 2:15: Invalid advertise | "edge.local:0" is not a host and a port from 1 to 65535. Write for instance advertise = "127.0.0.1:8090".
