node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "known.json"
}
tenant "camera" {
  objective {
    maximize = accuracy
  }
  objective "fast" {
    minimize = response_time
  }
}
# 10:3: Duplicate objective block | Another objective block stands at line 7. Keep one of them.
# 10:13: Unexpected name | An objective block has no name. Write objective { ... }.
