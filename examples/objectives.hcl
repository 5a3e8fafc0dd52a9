# What the applications want, instead of thresholds: a camera that saves energy and is right often enough, and a microphone
# that is right as often as its time and energy allow. The node finds where their requests stop, from the profiles, and
# follows what it measures. Try `delen check examples/objectives.hcl`, which says what they lead to, then `delen serve` it,
# and change one while it runs: `delen objective camera --minimize energy --where 'accuracy >= 0.85'`.

node "edge-1" {
  listen = "127.0.0.1:8090"
}

model "glyphs" {
  path    = "glyphs/model.onnx"
  profile = "glyphs/profile.json" # with outcomes, from which objectives are predicted
  labels  = "glyphs/labels.txt"

  input {
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

  audio {
    rate   = 16000
    length = "1s"
  }
}

tenant "camera" {
  model = "glyphs"

  objective {
    minimize = energy
    where    = accuracy >= 0.92
  }
}

tenant "microphone" {
  model = "speech"

  objective {
    maximize = accuracy
    where    = response_time <= 50*ms && energy <= 15*mJ # time: the 95th percentile; energy: the mean
  }
}
