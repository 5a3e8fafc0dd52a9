node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  labels  = "~/labels.txt"
  profile = "$HOME/profile.json"
}
tenant "camera" {}
# 4:13: No such file | ~/labels.txt. Write ${env.HOME} for a variable of the environment; $ and ~ mean nothing else here.
# 5:13: No such file | $HOME/profile.json. Write ${env.HOME} for a variable of the environment; $ and ~ mean nothing else here.
