node "edge" {}
model "tiny" {
  path  = "tiny.onnx"
  exits = ["early", null]
}
tenant "camera" {}
# 4:21: Wrong type | each element of exits is a text in quotes, not null. Write for instance exits = ["exit1", "exit2"].
