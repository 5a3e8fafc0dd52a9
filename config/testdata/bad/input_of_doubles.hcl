node "edge" {}
model "tiny" {
  path = "double.onnx"
  input {
    size = [4, 4]
  }
}
tenant "camera" {}
# 4:3: Input of another model | A picture becomes floats of 32 bits, but the model takes x float64[? 16]. Leave the input block out.
