node "edge-1" {
  listen    = "0.0.0.0:8090"
  advertise = "192.0.2.7:8090"       # where apps reach it
}

scheduler {
  slots = 2                          # segments at a time
}

log {
  format = "console"                 # for people
}

model "reader" {
  path    = "reader.onnx"            # beside this file
  exits   = ["early", "late"]
  profile = "reader.json"            # what each exit costs and yields
  labels  = "labels.txt"             # a class on each line

  input {                            # how a picture becomes the input
    size  = [4, 4]
    color = "gray"
    mean  = [0.5]
    std   = [0.5]
  }
}

tenant "doorbell" {
  share     = 3                      # three quarters of the machine
  exit_when = confidence >= 0.9 || response_time > 20*ms
  deadline  = "50ms"
  overflow  = "drop-oldest"          # the latest picture is worth most
}

tenant "survey" {
  exit_when = [margin > 0.8, null]   # at the first exit, or at the last
  queue     = 256
}
