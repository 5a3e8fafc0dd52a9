node "edge" {}
model "eight" {
  path = "eight.onnx"
}
tenant "camera" {}
# 3:10: Fixed batch | The model takes 8 rows at a time and no other number, so each request pays for 8. Leave its first dimension open when you export it.
