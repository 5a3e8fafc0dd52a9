# What becomes of the camera and the microphone of ../edge.hcl when the camera sees a crowd for a while. Try
# `delen simulate examples/simulate/burst.hcl`.

config = "../edge.hcl"

simulation {
  duration = "10m"
}

workload "camera" {
  arrivals = "bursty"
  rate     = 400 # requests a second while somebody moves
  between  = 5
  burst    = "5s"
  pause    = "10s"

  phase {
    at   = "4m"
    rate = 1200 # a crowd
  }
  phase {
    at   = "6m"
    rate = 400
  }
}

workload "microphone" {
  arrivals = "constant"
  rate     = 50
}
