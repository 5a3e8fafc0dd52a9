# What comes after the deadline is cut short, whatever the objective allows.
node "edge" {}
model "known" {
  path    = "tiny.onnx"
  profile = "known.json"
}
tenant "hasty" {
  model    = "known"
  deadline = "20ms"
  objective {
    maximize = accuracy
    where    = response_time <= 50*ms
  }
}
tenant "patient" {
  model    = "known"
  deadline = "50ms"
  objective {
    maximize = accuracy
    where    = response_time <= 50*ms
  }
}
# 9:14: Deadline below a bound | The objective allows response_time <= 50*ms, and with a deadline of 20ms an answer is cut short before that: it comes from an earlier exit than predicted. Write a deadline that is no shorter, or a bound that is no longer.
