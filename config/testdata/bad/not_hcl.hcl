node "edge" {
  listen = 
}
# 2:12: Invalid expression | Expected the start of an expression, but found an invalid expression token.
