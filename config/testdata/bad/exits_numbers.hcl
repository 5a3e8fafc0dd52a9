node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  exits = [1, 2]
}
tenant "camera" {}
# 4:12: Wrong type | each element of exits is a text in quotes, not a number. Write for instance exits = ["exit1", "exit2"].
