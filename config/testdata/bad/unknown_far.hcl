node "edge" {}
model "tiny" {
  path = "tiny.onnx"
}
tenant "camera" {
  priority = 2
}
# 6:3: Unknown attribute | There is no attribute "priority" in a tenant block. Leave it out, or write one of model, share, exit_when, adapt, deadline, queue, overflow, audit and objective.
