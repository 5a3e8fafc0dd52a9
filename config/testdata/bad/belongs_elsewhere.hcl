node "edge" {
  slots = 2
}
model "tiny" {
  path  = "tiny.onnx"
  size  = [4, 4]
  share = 2
  lisen = "localhost:80"
  tenant "inner" {}
}
tenant "camera" {
  exits = ["early"]
  input {}
  log {
    level = "debug"
  }
  exit_when {
    confidence = 0.9
  }
  Listen = ":80"
}
exit_when = confidence > 0.9
input {
  size = [4, 4]
}
mean = [0.5]
# 2:3: Unknown attribute | There is no attribute "slots" in the node block. It belongs in the scheduler block: move it there.
# 6:3: Unknown attribute | There is no attribute "size" in a model block. It belongs in an input block: move it there.
# 7:3: Unknown attribute | There is no attribute "share" in a model block. It belongs in a tenant block: move it there.
# 8:3: Unknown attribute | There is no attribute "lisen" in a model block. Did you mean "listen", which belongs in the node block?
# 9:3: Unknown block | There is no block "tenant" in a model block. It is a block that stands outside of blocks: write tenant "door-camera" { ... } there.
# 12:3: Unknown attribute | There is no attribute "exits" in a tenant block. It belongs in a model block: move it there.
# 13:3: Unknown block | There is no block "input" in a tenant block. It is a block that stands in a model block: write input { ... } there.
# 14:3: Unknown block | There is no block "log" in a tenant block. It is a block that stands outside of blocks: write log { ... } there.
# 17:3: Unknown block | There is no block "exit_when" in a tenant block. It is an attribute: write for instance exit_when = confidence >= 0.9 || response_time > 20*ms.
# 20:3: Unknown attribute | There is no attribute "Listen" in a tenant block. Did you mean "listen", which belongs in the node block?
# 22:1: Unknown attribute | There is no attribute "exit_when" outside of blocks. It belongs in a tenant block: move it there.
# 23:1: Unknown block | There is no block "input". It is a block that stands in a model block: write input { ... } there.
# 26:1: Unknown attribute | There is no attribute "mean" outside of blocks. It belongs in an input block: move it there.
