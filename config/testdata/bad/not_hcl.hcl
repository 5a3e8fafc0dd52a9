node "edge" {
  listen = 
}
# 2:12: Missing value | Write for instance listen = "127.0.0.1:8090".
# 7:1: Missing model block | A configuration has at least one. Add for instance model "glyphs" { path = "model.onnx" }.
# 7:1: Missing tenant block | A configuration has at least one. Add for instance tenant "door-camera" { }.
