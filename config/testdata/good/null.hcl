# null is as good as leaving out.
node "edge" {
  listen    = null
  advertise = null
}
model "tiny" {
  path    = "tiny.onnx"
  profile = null
  labels  = null
}
tenant "camera" {
  model     = null
  share     = null
  deadline  = null
  queue     = null
  exit_when = null
}
