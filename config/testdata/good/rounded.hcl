node "edge" {}
model "sure" {
  path    = "tiny.onnx"
  profile = "known.json"
}
tenant "camera" {
  exit_when = accuracy == 0.8833 || confidence > 0.9
}
tenant "survey" {
  exit_when = [accuracy > 0.99]
}
# 7:15: Comparison is never true | accuracy == 0.8833 is true at no exit: the nearest figures are 0.5 at exit 1 and 0.9 at exit 2. Figures are shown rounded: write >= or <= with a bound beside the one that is meant.
# 10:16: Comparison is never true | accuracy > 0.99 is not true at exit 1: the nearest figure is 0.5 at exit 1. Write a bound that an exit reaches.
