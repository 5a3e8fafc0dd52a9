node "edge" {}
model "tiny" {
  path = "tiny.onnx"
  input {
    color = "gray"
  }
}
tenant "camera" {}
# 4:9: Missing required argument | The argument "size" is required, but no definition was found.
