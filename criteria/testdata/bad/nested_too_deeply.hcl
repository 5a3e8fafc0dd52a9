exit_when = (((((((((((((((((((((((((((((((((confidence > 0.9)))))))))))))))))))))))))))))))))

# error: Nested too deeply: Parentheses and negations may nest 32 deep.
