config = "named/edge.hcl"
workload "door-camera" {
  rate = 20
}
# 1:1: Scenario | This is a scenario: delen simulate reads it.
