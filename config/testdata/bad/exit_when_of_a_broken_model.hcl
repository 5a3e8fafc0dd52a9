node "edge" {}
model "tiny" {
  path = "absent.onnx"
}
tenant "camera" {
  exit_when = confidence > 20*ms
}
tenant "other" {
  exit_when = [confidence > 0.9, null, exit == 3]
}
# 3:10: No such file | absent.onnx. Write a path that starts at the folder of this configuration file, or at /.
# 6:28: Wrong unit | confidence is a fraction between 0 and 1, but this is a time: write something like 0.9.
