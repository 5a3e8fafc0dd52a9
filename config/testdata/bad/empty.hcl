# 0:0: Missing node block | Add a block such as node "edge" { listen = "127.0.0.1:8090" }.
# 0:0: Missing tenant block | There is nobody to serve. Add a block such as tenant "camera" { exit_when = confidence >= 0.9 }.
# 0:0: Missing model block | There is nothing to serve. Add a block such as model "glyphs" { path = "model.onnx" }.
