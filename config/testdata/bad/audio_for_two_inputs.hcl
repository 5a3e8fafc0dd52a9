node "edge" {}
model "tiny" {
  path = "two-inputs.onnx"
  audio {
    rate   = 1000
    length = "16ms"
  }
}
tenant "camera" {}
# 4:3: Input of another model | A recording is one tensor, but the model takes 2 inputs. Leave the audio block out.
