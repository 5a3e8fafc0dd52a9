config = "named/edge.hcl"
simulation {
  duration = "10m"
  phase {
    at     = "1m"
    policy = "first-come"
  }
  phase {
    at     = "60s"
    hybrid = 0.5
  }
  phase {
    at = "later"
  }
  phase {
    at = "never"
  }
}
workload "survey" {
  rate = 5
  phase {
    at     = "1m"
    policy = "first-come"
    share  = 2
  }
  phase {
    at   = "1m"
    rate = 2
  }
  phase {
    at = "2m"
  }
  phase {
    at = "3m"
    objective {
      minimize = energy
    }
  }
}
workload "door-camera" {
  rate = 1
  phase {
    at   = "1m"
    rate = 2
  }
}
# 9:14: Two phases at a time | The phase at line 4 begins at 1m0s, too. Join them.
# 13:10: Invalid at | not "later"
# 16:10: Invalid at | not "never"
# 23:5: Unknown attribute | There is no attribute "policy" in a phase block. It belongs in the scheduler block, or in a phase block in the simulation block: move it there.
# 27:12: Two phases at a time | The phase at line 21 begins at 1m0s, too. Join them.
# 31:10: Nothing changes | This phase has nothing but the time when it begins. Write what is different then, for instance rate = 40, or leave the phase out.
