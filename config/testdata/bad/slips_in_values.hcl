node "edge" {
  listen: "127.0.0.1:80"
  advertise = 'edge:80'
}
runtime {
  threads = 2;
  library = “lib.so”
}
scheduler {
  slots = 2,
  run_limit = 10s
}
model "tiny" {
  path "tiny.onnx"
  exits = ["early, "late"]
  profile = profile.json
  labels = folder/labels.txt
  input {
    size = [4, 4
    "color" = "gray"
    mean = [0.5]]
  }
}
tenant "a" {
  queue = 5 share = 3
  exit_when = confidence > 0.9 ||
       response_time > 20*ms
}
tenant "b" {
  model = "tiny" # a comment = no matter
  exit_when = (confidence > 0.9 &&
     response_time > 20ms) # the second line
  deadline =
  share = = 3
}
tenant "c" { queue = 1, share = 0 }
tenant "d" {
  model = "${env.FOO"
  queue
  what is this
  and this
  deadline = 50ms // why not
  share = 2,5
  overflow = "refuse" "drop-oldest"
}
tenant "e" { share = 60% }
tenant "f" {
  deadline = 127.0.0.1"
  exit_when = 'confidence > 0.9'
}
# 2:3: Missing equals sign | An equals sign stands between name and value. Write listen = "127.0.0.1:80".
# 3:15: Wrong quotes | A text stands in quotes like these: write advertise = "edge:80".
# 6:13: Unexpected sign | A line has no ; at its end. Leave it out.
# 7:13: Wrong quotes | A text stands in quotes like these: write library = "lib.so".
# 10:11: Unexpected sign | A line has no , at its end. Leave it out.
# 11:15: Missing quotes | A text stands in quotes: write run_limit = "10s".
# 14:3: Missing equals sign | An equals sign stands between name and value. Write path = "tiny.onnx".
# 15:11: Missing quote | A text lacks a quote. Write for instance exits = ["exit1", "exit2"].
# 16:13: Missing quotes | A text stands in quotes: write "profile.json".
# 17:12: Missing quotes | A text stands in quotes: write "folder/labels.txt".
# 19:12: Missing bracket | A bracket is not closed: ] is missing. Write for instance size = [32, 32].
# 20:5: Quotes around a name | Only values have quotes. Write color = "gray".
# 21:12: Invalid mean | mean is a list of numbers, not [0.5]]. Write for instance mean = [0.485, 0.456, 0.406].
# 25:11: Several attributes on a line | Write each attribute on a line of its own, without anything between them.
# 26:15: Unfinished line | What goes on in the next line stands in parentheses: write exit_when = ( ... ).
# 32:24: Unbalanced parentheses | A unit is a constant to multiply with: write *ms.
# 33:13: Missing value | Write for instance deadline = "50ms".
# 34:11: Invalid share | share is a number from 0.001 to 1000000, not = 3. Write for instance share = 2.
# 36:22: Several attributes on a line | Write each attribute on a line of its own, without anything between them.
# 38:11: Missing bracket | A bracket is not closed: } is missing. Write for instance model = "glyphs".
# 39:3: Missing value | Write for instance queue = 64.
# 40:3: Neither attribute nor block | Write an attribute as name = value, a block as type "name" { ... }, and a comment after #.
# 42:14: Missing quotes | A text stands in quotes: write deadline = "50ms".
# 43:11: Invalid share | share is a number from 0.001 to 1000000, not 2,5. Write for instance share = 2.
# 44:14: Invalid overflow | overflow is one of "refuse" and "drop-oldest", not "refuse" "drop-oldest". Write for instance overflow = "refuse".
# 46:22: Invalid share | share is a number from 0.001 to 1000000, not 60%. Write for instance share = 2.
# 48:14: Missing quote | A text stands in quotes: write deadline = "127.0.0.1".
# 49:15: Quotes around a criterion | A criterion has no quotes. Write exit_when = confidence > 0.9.
