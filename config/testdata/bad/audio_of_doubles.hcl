node "edge" {}
model "tiny" {
  path = "double.onnx"
  audio {
    rate   = 1000
    length = "16ms"
  }
}
tenant "camera" {}
# 4:3: Input of another model | A recording becomes floats of 32 bits, but the model takes x float64[? 16]. Leave the audio block out.
