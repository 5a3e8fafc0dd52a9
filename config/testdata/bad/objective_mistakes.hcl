node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "known.json"
}
tenant "camera" {
  objective {
    maximize = energy
    where    = accuracy <= 0.9 && response_time <= 20 && confidence > 0.8
  }
}
tenant "survey" {
  objective {
    minimize = "energy"
    where    = energy <= 1*J || accuracy >= 90
  }
}
tenant "third" {
  objective {
    maximise = accuracy
    where    = accuracy >= env.BOUND
    share    = 2
  }
}
tenant "fourth" {
  objective {
    maximize = env.GOAL
  }
}
# 8:16: Goal the wrong way round | More energy is not better: write minimize = energy.
# 9:16: Bound from the wrong side | accuracy is bounded from below: write accuracy >= 0.9.
# 9:52: Missing unit | response_time is a time: write 20*us, 20*ms or 20*s.
# 9:58: Metric of a criterion | state a criterion for confidence.
# 14:16: String | There are no strings here: leave out the quotes.
# 15:16: Either of two bounds | Bounds hold all at once: join them by &&.
# 20:5: Unknown attribute | There is no attribute "maximise" in an objective block. Did you mean "maximize"?
# 21:28: No environment here | An objective knows metrics and constants only, no variables of the environment. Write the value itself.
# 22:5: Unknown attribute | There is no attribute "share" in an objective block. It belongs in a tenant block: move it there.
# 27:16: No environment here | An objective knows metrics and constants only, no variables of the environment. Write the value itself.
