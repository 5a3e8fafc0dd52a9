node "edge" {}
model "tiny" {
}
tenant "camera" {}
# 2:14: Missing required argument | The argument "path" is required, but no definition was found.
