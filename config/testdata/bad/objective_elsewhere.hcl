node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "known.json"
}
objective {
  maximize = accuracy
}
tenant "camera" {
  objective = accuracy
  maximize  = accuracy
}
# 6:1: Unknown block | There is no block "objective". It is a block that stands in a tenant block: write objective { ... } there.
# 10:3: Unknown attribute | There is no attribute "objective" in a tenant block. It is a block: write objective { ... } without an equals sign.
# 11:3: Unknown attribute | There is no attribute "maximize" in a tenant block. It belongs in an objective block: move it there.
