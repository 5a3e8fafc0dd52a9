Dear node,

please serve what is in the folder
and answer quickly. { thanks }
# 1:1: Neither attribute nor block | Write an attribute as name = value, a block as type "name" { ... }, and a comment after #.
# 3:1: Neither attribute nor block | Write an attribute as name = value, a block as type "name" { ... }, and a comment after #.
