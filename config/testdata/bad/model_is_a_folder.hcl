node "edge" {}
model "tiny" {
  path = "folder"
}
tenant "camera" {}
# 3:10: Not a file | folder. Write the path of a file.
