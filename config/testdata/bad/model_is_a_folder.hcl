node "edge" {}
model "tiny" {
  path = "folder"
}
tenant "camera" {}
# 3:10: Not a file | folder is a folder or a device. Name a file.
