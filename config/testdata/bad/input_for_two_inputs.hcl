node "edge" {}
model "tiny" {
  path = "two-inputs.onnx"
  input {
    size  = [4, 4]
    color = "gray"
  }
}
tenant "camera" {}
# 4:3: Input of another model | A picture is one tensor, but the model takes 2 inputs. Leave the input block out.
