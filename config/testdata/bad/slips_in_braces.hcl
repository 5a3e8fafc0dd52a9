node "edge" {
  listen = "nowhere"
model "tiny" {
  path = "tiny.onnx"
  input {
    size = [4, 4]
    color = "gray"
}
tenant "a" {
  queue = 0
}
tenant "b" { queue = 0
  share = 0
}
tenant "c" {
  queue = 0 }
tenant "d" { share = 0 } tenant "e" { share = 0 }
tenant "f" {
  exit_when = (confidence > 0.9
}
tenant "g" {
  deadline = "50"
# 1:1: Missing brace | Nothing closes this block. Write } on a line of its own before line 3.
# 2:12: Invalid listen | listen is a host:port in quotes, with a port from 0 to 65535, not "nowhere". Write for instance listen = "127.0.0.1:8090".
# 3:1: Missing brace | Nothing closes this block. Write } on a line of its own before line 9.
# 10:11: Invalid queue | queue is a whole number from 1 to 65536, not 0. Write for instance queue = 64.
# 12:22: Invalid queue | queue is a whole number from 1 to 65536, not 0. Write for instance queue = 64.
# 12:23: Too much on a line | A block of more than an attribute has its { at the end of a line, and each attribute or block in it on lines of its own. Write it so.
# 13:11: Invalid share | share is a number from 0.001 to 1000000, not 0. Only the ratio of shares counts; take out a tenant that is not to be served. Write for instance share = 2.
# 16:11: Invalid queue | queue is a whole number from 1 to 65536, not 0. Write for instance queue = 64.
# 16:13: Too much on a line | A block of more than an attribute has its { at the end of a line, and each attribute or block in it on lines of its own. Write it so.
# 17:22: Invalid share | share is a number from 0.001 to 1000000, not 0. Only the ratio of shares counts; take out a tenant that is not to be served. Write for instance share = 2.
# 17:26: Too much on a line | Something ends on this line already. Write what follows on the next line.
# 17:47: Invalid share | share is a number from 0.001 to 1000000, not 0. Only the ratio of shares counts; take out a tenant that is not to be served. Write for instance share = 2.
# 19:32: Unbalanced parentheses | Expected a closing parenthesis to terminate the expression. Write comparisons such as confidence >= 0.9, joined by && and ||.
# 21:1: Missing brace | Nothing closes this block. Write } on a line of its own at the end of the file.
# 22:14: Invalid deadline | deadline is a duration in quotes (a number with us, ms, s, m or h) from 1us to 24h, not "50". Write for instance deadline = "50ms".
