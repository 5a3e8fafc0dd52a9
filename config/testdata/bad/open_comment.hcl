node "edge" {}
model "tiny" {
  path = "absent.onnx"
}
/* tenant "camera" {
  queue = 1
}
# 3:10: No such file | absent.onnx. Write a path that starts at the folder of this configuration file, or at /.
# 5:1: Open comment | Nothing ends this comment.
