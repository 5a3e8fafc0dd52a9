// Package wire is the contract between apps and a node: the messages of
// wire.proto and the few facts about them that both ends share.
package wire

//go:generate go run -C ../../tools ./protogen actors/wire/wire.proto

// Version is the version of the contract that this package speaks; an app puts
// it into Infer.version.
const Version = 1

// Root is the name of the node's well-known actor, the one that apps send to.
const Root = "delen"

// Size returns the bytes that one element takes, or 0 for a type that the node
// does not serve.
func (x DType) Size() int {
	switch x {
	case DType_BOOL, DType_INT8, DType_UINT8:
		return 1
	case DType_INT16, DType_UINT16, DType_FLOAT16, DType_BFLOAT16:
		return 2
	case DType_INT32, DType_UINT32, DType_FLOAT32:
		return 4
	case DType_INT64, DType_UINT64, DType_FLOAT64:
		return 8
	}
	return 0
}
