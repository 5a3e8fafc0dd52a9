node "edge" {}
model "tiny" {
  path = "sound.onnx"
  rate = 16000
}
tenant "camera" {}
audio "mono" {
  rate = 16000
}
# 4:3: Unknown attribute | There is no attribute "rate" in a model block. It belongs in an audio block: move it there.
# 7:1: Unknown block | There is no block "audio". It is a block that stands in a model block: write audio { ... } there.
