node "edge" {}
model "decided" {
  path  = "decided.onnx"
  exits = ["y1", "y2"]
}
tenant "camera" {}
# 4:11: Invalid exit | Exit "y1" is y1 float32[? 1], and an exit gives a number with a fraction for each class, of two or more.
# 4:11: Invalid exit | Exit "y2" is y2 int64[?], and an exit gives a number with a fraction for each class, of two or more.
