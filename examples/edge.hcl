# One machine, two networks: a camera that reads characters, and a microphone that hears keywords. Try
# `delen check examples/edge.hcl`, then `delen serve examples/edge.hcl`.

node "edge-1" {
  listen = "127.0.0.1:8090"
}

model "glyphs" {
  path    = "glyphs/model.onnx" # relative to this file
  profile = "glyphs/profile.json"
  labels  = "glyphs/labels.txt"

  input { # how a picture becomes the input
    layout = "NCHW"
    color  = "gray"
    size   = [32, 32]
    mean   = [0.5]
    std    = [0.5]
  }
}

model "speech" {
  path    = "speech/model.onnx"
  profile = "speech/profile.json"
  labels  = "speech/labels.txt"

  audio { # how a sound becomes the input
    rate   = 16000
    length = "1s"
  }
}

scheduler {
  slots = 2
}

tenant "camera" {
  model     = "glyphs"
  share     = 50
  exit_when = confidence >= 0.95 || response_time > 50*ms
  deadline  = "100ms"
}

tenant "microphone" {
  model     = "speech"
  share     = 50
  exit_when = confidence >= 0.9 || response_time > 50*ms
  deadline  = "100ms"
}
