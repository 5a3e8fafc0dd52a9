# null is as good as leaving out.
node "edge" {
  listen    = null
  advertise = null
}
model "tiny" {
  path    = "tiny.onnx"
  profile = null
  labels  = null
  exits   = null
  input {
    size  = [4, 4]
    mean  = null
    color = "gray"
  }
}
tenant "camera" {
  model     = null
  share     = null
  deadline  = null
  queue     = null
  exit_when = null
}
