# Who wants what, and who sees to it.
node "edge" {}
model "known" {
  path    = "tiny.onnx"
  profile = "known.json"
}
model "counted" {
  path    = "tiny.onnx"
  profile = "full.json"
}
tenant "camera" {
  model = "known"
  objective {
    maximize = accuracy
    where    = response_time <= 50*ms && energy <= 80*mJ
  }
}
tenant "survey" {
  model = "known"
  adapt = "per-workload"
  objective {
    minimize = energy
    where    = ( # may go on
      accuracy > 0.5
    )
  }
}
tenant "last" {
  model = "counted"
  adapt = "full"
}
tenant "all" {
  model = "known"
  adapt = "full"
  objective {
    minimize = computation
  }
}
tenant "stated" {
  model     = "known"
  adapt     = "none"
  exit_when = confidence >= 0.9
}
