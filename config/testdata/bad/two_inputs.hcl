node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    size  = [4, 4]
    color = "gray"
  }
  input {
    size  = [4, 4]
    color = "gray"
  }
}
tenant "camera" {}
# 8:3: Duplicate input block | Another input block stands at line 4. Keep one of them.
