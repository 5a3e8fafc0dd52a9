# What Dělen serves in the comparison with servers that have no exits. Each of the two tenants has the machine to itself
# while it is asked.

node "bench" {
  listen = "127.0.0.1:8090"
}

model "glyphs" {
  path    = "../examples/glyphs/model.onnx"
  profile = "../examples/glyphs/profile.json"
  labels  = "../examples/glyphs/labels.txt"

  input {
    layout = "NCHW"
    color  = "gray"
    size   = [32, 32]
    mean   = [0.5]
    std    = [0.5]
  }
}

scheduler {
  slots = 2 # each with one thread of the runtime: as many as the other servers have
}

tenant "exits" {
  model     = "glyphs"
  exit_when = confidence >= 0.75
}

tenant "whole" {
  model = "glyphs" # without a criterion the last exit answers
}
