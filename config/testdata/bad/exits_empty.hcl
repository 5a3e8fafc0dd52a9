node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  exits = []
}
tenant "camera" {}
# 4:11: Invalid exits | exits is a list of texts in quotes that is written out and not empty. Write for instance exits = ["exit1", "exit2"].
