# Two tenants share one network that reads characters: a doorbell that wants a quick answer, and a survey that wants a
# sure one. Try `delen check examples/glyphs/delen.hcl`, then `delen serve examples/glyphs/delen.hcl`.

node "edge-1" {
  listen = "127.0.0.1:8090"
}

model "glyphs" {
  path    = "model.onnx"                         # relative to this file
  exits   = ["exit1", "exit2", "exit3", "exit4"] # or left out: the graph's outputs, in depth order
  profile = "profile.json"                       # what each exit costs and yields; `delen profile` writes it
  labels  = "labels.txt"

  input { # how a picture becomes the input
    layout = "NCHW"
    color  = "gray"
    size   = [32, 32]
    mean   = [0.5]
    std    = [0.5]
  }
}

scheduler {
  slots = 2
}

tenant "doorbell" {
  model     = "glyphs"
  share     = 60
  exit_when = confidence >= 0.9 || response_time > 20*ms
  deadline  = "50ms"
  queue     = 64
}

tenant "survey" {
  model     = "glyphs"
  share     = 40
  exit_when = confidence >= 0.97
}
