node "edge-1" {}
model "reader" {
  path   = "reader.onnx
  labls  = "labels.txt"
}
tenant "doorbell" {
  exit_when = confidence >= 0.9 || response_time > 20ms
  deadline  = 50ms
  slots     = 2
}
