node "edge" {}
runtime {
  provider "cuda" {}
  provider "cpu" {}
}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {}
# 4:3: Duplicate provider block | Another provider block stands at line 3. Keep one of them.
