node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "no-energy.json"
}
tenant "camera" {
  objective {
    maximize = accuracy
    where    = energy <= 80*mJ
  }
}
tenant "survey" {
  objective {
    minimize = energy
  }
}
# 9:16: No source for energy | Nothing predicts energy here: give the model a profile with the energy of every exit.
# 14:16: No source for energy | Nothing predicts energy here: give the model a profile with the energy of every exit.
