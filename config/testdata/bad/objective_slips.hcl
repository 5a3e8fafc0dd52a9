node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "known.json"
}
tenant "camera" {
  objective {
    minimize = energy,
    where    = accuracy >= 0,9
  }
}
tenant "survey" {
  objective {
    maximize = accuracy
    where    = response_time <= 20ms
  }
}
# 8:22: Extra characters after expression | An expression was successfully parsed, but extra characters were found after it. Write the name of a metric, such as energy.
# 9:29: Extra characters after expression | The decimal sign is a point: write 0.9.
# 15:35: Extra characters after expression | A unit is a constant to multiply with: write *ms.
