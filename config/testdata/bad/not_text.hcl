node "edge" {
  listen = "ÿ"
}
# 2:13: Not a text | A configuration is a text in UTF-8. Write the path of one, or save this one as UTF-8.
