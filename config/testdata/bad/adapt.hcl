node "edge" {}
model "tiny" {
  path    = "tiny.onnx"
  profile = "known.json"
}
tenant "word" {
  adapt = "pareto-front"
}
tenant "alone" {
  adapt = "pareto"
}
tenant "workload" {
  adapt = "per-workload"
}
tenant "idle" {
  adapt = "none"
  objective {
    maximize = accuracy
  }
}
tenant "last" {
  adapt     = "full"
  exit_when = confidence >= 0.9
}
# 7:11: Invalid adapt | adapt is one of "none", "pareto", "per-workload" and "full", not "pareto-front". Write for instance adapt = "full".
# 10:11: Missing objective | With adapt = "pareto" the node finds the criterion that serves an objective best, and there is none. Add for instance objective { maximize = accuracy }, or leave adapt out.
# 13:11: Missing objective | With adapt = "per-workload" the node finds the criterion that serves an objective best, and there is none. Add for instance objective { maximize = accuracy }, or leave adapt out.
# 16:11: Objective without effect | With adapt = "none" nobody acts on the objective at line 17. Leave adapt out, or write another.
# 22:15: Criterion without effect | With adapt = "full" every request goes to the last exit, whatever exit_when says at line 23. Leave one of them out.
