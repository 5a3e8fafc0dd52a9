config = "named/edge.hcl"            # from this file on

simulation {
  duration = "10m"
  window   = "30s"

  phase {
    at     = "5m"
    policy = "non-cooperative"
  }
}

workload "door-camera" {
  arrivals = "bursty"                # poisson, constant, bursty or trace
  rate     = 50                      # requests a second in a burst
  between  = 1
  burst    = "2s"                    # in the mean
  pause    = "8s"

  phase {
    at        = "2m"
    rate      = 100
    exit_when = confidence >= 0.8
  }
}

workload "survey" {
  rate  = 10
  joins = "1m"

  phase {
    at    = "4m"
    share = 3
    objective {
      minimize = energy
      where    = accuracy >= 0.5
    }
  }
}
