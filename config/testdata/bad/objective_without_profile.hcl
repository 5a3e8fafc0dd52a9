node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  objective {
    maximize = accuracy
  }
}
# 6:3: Objective without a profile | tiny.onnx --samples FOLDER --labels FILE -o profile.json and add profile = "profile.json" to the model.
