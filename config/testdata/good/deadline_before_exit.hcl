# Nothing gets an answer within this deadline: a warning, for profiles may be wrong.
node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "full.json"
}
tenant "hasty" {
  deadline = "999us"
}
tenant "quick" {
  deadline = "1ms"
}
# 8:14: Deadline before the first exit | By the profile it takes 1ms to get to the first exit, so with a deadline of 999µs requests fail without an answer. Write a longer one, or leave it out.
