node "edge" {}
model "tiny" {
  path    = "absent.onnx"
  profile = "percent.json"
}
tenant "camera" {
  objective {
    maximize = accuracy
    where    = energy >= 80*mJ
  }
}
# 3:13: No such file | absent.onnx. Write a path that starts at the folder of this configuration file, or at /.
# 4:13: Invalid profile | percent.json: exit 1 ("early"): accuracy 50 is not a fraction from 0 to 1; write 0.93 for 93 percent, or null
# 9:16: Bound from the wrong side | energy is bounded from above: write energy <= 80*mJ.
