# Two tenants share one network that hears keywords: a remote control that wants a quick answer, and a protocol that
# wants a sure one. Try `delen check examples/speech/delen.hcl`, then `delen serve examples/speech/delen.hcl`.

node "edge-1" {
  listen = "127.0.0.1:8090"
}

model "speech" {
  path    = "model.onnx"                         # relative to this file
  exits   = ["exit1", "exit2", "exit3", "exit4"] # or left out: the graph's outputs, in depth order
  profile = "profile.json"                       # what each exit costs and yields; `delen profile` writes it
  labels  = "labels.txt"

  audio { # how a sound becomes the input
    rate   = 16000
    length = "1s"
  }
}

scheduler {
  slots = 2
}

tenant "remote" {
  model     = "speech"
  share     = 60
  exit_when = confidence >= 0.9 || response_time > 30*ms
  deadline  = "80ms"
  queue     = 64
}

tenant "protocol" {
  model     = "speech"
  share     = 40
  exit_when = confidence >= 0.97
}
