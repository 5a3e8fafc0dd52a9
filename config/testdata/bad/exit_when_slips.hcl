node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "a" {
  exit_when = confidence > 0.9 || response_time > 20ms
}
tenant "b" {
	exit_when = confidence => 0.9 # tabs count as one column
}
tenant "c" {
  exit_when = [confidence >= 0.9 and exit >= 2, null]
}
tenant "right" {
  exit_when = [confidence >= 0.9, null]
}
tenant "on-two-lines" {
  exit_when = [confidence >= 0.9,
    null]
}
# 6:53: Extra characters after expression | A unit is a constant to multiply with: write *ms.
# 9:25: Extra characters after expression | Write >= instead of =>.
# 12:34: Missing item separator | Write && instead of and.
