node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "full.json"
}
tenant "camera" {
  objective {
    maximize = accuracy
  }
}
tenant "survey" {
  adapt = "per-workload"
  objective {
    minimize = energy
  }
}
# 7:3: Objective without outcomes | tiny.onnx --samples FOLDER --labels FILE -o profile.json.
# 13:3: Objective without outcomes | tiny.onnx --samples FOLDER --labels FILE -o profile.json.
