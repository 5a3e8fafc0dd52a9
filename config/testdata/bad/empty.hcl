# 4:1: Missing model block | A configuration has at least one. Add for instance model "glyphs" { path = "model.onnx" }.
# 4:1: Missing node block | A configuration has at least one. Add for instance node "edge-1" { }.
# 4:1: Missing tenant block | A configuration has at least one. Add for instance tenant "door-camera" { }.
