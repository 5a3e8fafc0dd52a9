node edge" {
  listen = "nowhere"
}
runtime
{
  threads = 0
}
log = {
  level = "loud"
  a = = b
}
model "tiny {
  path = "tiny.onnx"
}
model 'other' {
  path = "absent.onnx"
}
tenant: "a" {
  model = "tiny"
  queue = 0
}
tenant "${x}" {
  model = "oter"
}
tenant "b", {
  model = "tiny"
}
scheduler "one" {
  slots = 0
}
tenant "c"
tenant
# 1:1: Invalid start of a block | Its name stands in quotes, and one is missing. Write node "edge" { ... }.
# 2:12: Invalid listen | listen is a host:port in quotes, with a port from 0 to 65535, not "nowhere". Write for instance listen = "127.0.0.1:8090".
# 4:1: Invalid start of a block | Its { stands on the same line. Write runtime { ... }.
# 6:13: Invalid threads | threads is a whole number from 1 to 256, not 0. Write for instance threads = 1.
# 8:1: Invalid start of a block | It has no equals sign. Write log { ... }.
# 9:11: Invalid level | level is one of "info", "debug", "warn" and "error", not "loud". Write for instance level = "info".
# 10:3: Unknown attribute | There is no attribute "a" in the log block. Leave it out, or write one of level and format.
# 12:1: Invalid start of a block | Its name stands in quotes, and one is missing. Write model "tiny" { ... }.
# 15:1: Invalid start of a block | It is its type, perhaps its name in quotes, and {. Write model "other" { ... }.
# 16:10: No such file | absent.onnx. Write a path that starts at the folder of this configuration file, or at /.
# 18:1: Invalid start of a block | It has no equals sign. Write tenant "a" { ... }.
# 20:11: Invalid queue | queue is a whole number from 1 to 65536, not 0. Write for instance queue = 64.
# 22:1: Invalid start of a block | Its name is written out and has no variables in it. Write tenant "door-camera" { ... }.
# 23:11: Unknown model | "oter" is the name of no model. Did you mean "other"?
# 25:1: Invalid start of a block | It is its type, perhaps its name in quotes, and {. Write tenant "b" { ... }.
# 28:11: Unexpected name | A scheduler block has no name. Write scheduler { ... }.
# 29:11: Invalid slots | slots is a whole number from 1 to 1024, not 0. Write for instance slots = 2.
# 31:1: Invalid start of a block | It is its type, perhaps its name in quotes, and {. Write tenant "door-camera" { ... }.
# 32:1: Invalid start of a block | It is its type, perhaps its name in quotes, and {. Write tenant "door-camera" { ... }.
