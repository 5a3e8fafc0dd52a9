# Everything that may be written is. Blocks may come in any order.
tenant "door-camera" {
  model     = "tiny"
  share     = 3
  exit_when = (confidence >= 0.8 && exit >= 2) || energy > 150*mJ || flops > 0.4*GFLOPs
  deadline  = "50ms"
  queue     = 8
  overflow  = "drop-oldest"
}
tenant "meter.2" {
  model     = "named"
  share     = 1
  exit_when = [confidence > 0.9, null]
}
node "edge_1" {
  listen    = "0.0.0.0:0"
  advertise = "edge-1.local:8090"
  inbound   = "1.5 GiB"
}
log {
  level  = "debug"
  format = "console"
}
runtime {
  library = "lib/libonnxruntime.so.1"
  threads = 2
  provider "TensorRT" {
    device    = 1
    fp16      = true
    cache     = "engines"
    workspace = "1GiB"
  }
}
scheduler {
  slots     = 2
  run_limit = "2s"
  policy    = "non-cooperative"
  hybrid    = 0.7
  batch     = 4
}
model "tiny" {
  path       = "tiny.onnx"
  profile    = "full.json"
  labels     = "labels.txt"
  activation = "none"
  input {
    layout = "NCHW"
    size   = [4, 4]
    mean   = [0.5]
    std    = [0.25]
    color  = "gray"
  }
}
model "named" {
  path    = "silent.onnx"
  exits   = ["early", "late"]
  profile = "digest.json"
}
model "parts" {
  segments = ["first.onnx", "second.onnx"]
}
model "sound" {
  path = "sound.onnx"
  audio {
    rate   = 1000
    length = "16ms"
  }
}
model "mono" {
  path = "mono.onnx"
  audio {
    length = "1000us"
    rate   = 16e3
  }
}
# 5:70: Comparison is never true | flops > 400*MFLOPs is true at no exit: the nearest figure is 0.00048*MFLOPs at exit 2.
# 42:16: Logits taken for probabilities | Exit "early" gives logits, as it comes from a MatMul, and activation is "none": most requests fail. Write activation = "softmax".
# 42:16: Logits taken for probabilities | Exit "late" gives logits
