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
# 9:16: No source for energy | Nothing predicts energy here: measure the model with delen profile, with --power IDLE,BUSY where there is no meter, and write profile = "profile.json" in the model block.
# 14:16: No source for energy | Nothing predicts energy here: measure the model with delen profile, with --power IDLE,BUSY where there is no meter, and write profile = "profile.json" in the model block.
