node "edge" {}
model "odd" {
  path  = "odd.onnx"
  exits = ["y1", "y2", "y3"]
}
tenant "camera" {}
# 4:11: Exits of different sizes | Exit "y1" gives 4 values and exit "y3" 6: they do not tell the same classes apart. Write the exits that do.
# 4:11: Softmax twice | Exit "y1" gives probabilities already, as it comes from a Softmax, and activation is "softmax": its confidence is far too low. Write activation = "none".
# 4:11: Exit that is no list | Exit "y2" is y2 float32[? 2 2], and each of its values is taken for a class. Leave it out if it is none that classifies.
