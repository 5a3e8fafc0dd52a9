config = "named/edge.hcl"
simulation {
  duration = "10m"
  seed     = 0.5
  slowdown = [1, 0.9]
  phase {
    at       = "1m"
    fairness = "energy"
    hybrid   = 0.5
  }
  phase {
    at     = "2m"
    policy = "fair"
  }
  phase {
    at = "20m"
  }
}
workload "door-camera" {
  arrivals = "trace"
  rate     = 5
  trace    = "trace-backwards.csv"
  phase {
    at   = "1m"
    rate = 8
  }
}
workload "survey" {
  arrivals = "bursty"
  burst    = "2s"
  joins    = "2m"
  leaves   = "1m"
  phase {
    rate = 8
  }
  phase {
    at        = "1m"
    exit_when = confidence > 1.5
    objective {
      minimize = energy
    }
  }
}
workload "surveyor" {
  rate = -1
}
workload "survey" {
  arrivals = "sometimes"
}
tenant "third" {
  arrivals = "poisson"
}
# 4:14: Invalid seed | seed is a whole number from 0 to 4294967295, not 0.5. Write for instance seed = 1.
# 5:18: Invalid slowdown | A segment takes as long as alone or longer, up to 100 times, and no shorter beside more others: not 0.9. Write for instance slowdown = [1, 1.2].
# 9:16: Fairness said twice | fairness, at line 8, says what shares are parts of, and so does hybrid. Leave one of them out.
# 13:14: Invalid policy | policy is one of "cooperative", "non-cooperative" and "first-come", not "fair". Write for instance policy = "cooperative".
# 16:10: Nothing changes | This phase has nothing but the time when it begins. Write what is different then, for instance policy = "cooperative", or leave the phase out.
# 16:10: After the end | When it is 20m0s, no requests come any more. Write an earlier time, or a longer duration of the simulation.
# 21:3: Attribute of other arrivals | Arrivals that are "trace" have no rate: those that are "poisson", "constant" and "bursty" do. Leave it out, or write other arrivals.
# 22:14: Invalid trace | trace-backwards.csv: line 3: 0.4 s is before the time of the request above: sort the requests by time. Change it, or write another.
# 25:12: Rate of a trace | The trace says when each request comes. Leave rate out, or write other arrivals.
# 28:1: Missing pause | Arrivals that are "bursty" need the attribute pause. Write for instance pause = "8s".
# 28:1: Missing rate | Arrivals that are "bursty" need the attribute rate. Write for instance rate = 20.
# 32:14: Leaves before it joins | The tenant joins at 2m0s, and leaves is 1m0s. Write a later time, or leave it out.
# 33:3: Missing at | A phase block needs the attribute at. Write for instance at = "5m".
# 38:17: Criterion and objective | A tenant has a criterion (exit_when, at line 38) or an objective (at line 39), not both. Leave one of them out.
# 38:30: Not a fraction | confidence is a fraction between 0 and 1, so it is at most 1: write one such as 0.9.
# 44:10: Unknown tenant | "surveyor" is the name of no tenant. Did you mean "survey"?
# 45:10: Invalid rate | rate is a number from 0 to 1000000, not -1. Write for instance rate = 20.
# 47:10: Duplicate workload name | The workload at line 28 is called "survey" already. Give this one another name.
# 48:14: Invalid arrivals | arrivals is one of "poisson", "constant", "bursty" and "trace", not "sometimes". Write for instance arrivals = "poisson".
# 51:3: Unknown attribute | There is no attribute "arrivals" in a tenant block. It belongs in a workload block: move it there.
