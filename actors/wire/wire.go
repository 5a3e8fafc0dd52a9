// Package wire is the contract between apps and a node: the messages of
// wire.proto and the few facts about them that both ends share.
//
// The law it keeps: whatever arrives was written by somebody else. Check says
// whether a tensor's bytes are what its shape and type promise, so that nobody
// behind it reads past an end.
package wire

//go:generate go run -C ../../tools ./protogen actors/wire/wire.proto

import (
	"errors"
	"fmt"
	"math"
)

// Version is the version of the contract that this package speaks; an app puts
// it into Infer.version.
const Version = 1

// Root is the name of the node's well-known actor, the one that apps send to.
const Root = "delen"

// ErrTensor is the kind of every error that Check returns.
var ErrTensor = errors.New("malformed tensor")

// maxBytes bounds what a tensor may claim to hold. Beyond it a product of
// extents could overflow; no transport carries so much anyway.
const maxBytes = math.MaxInt32

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

// Check reports whether the tensor is well formed: a known type, no negative
// extent, and exactly the bytes that type and shape ask for. It does not look
// at the values.
func (x *Tensor) Check() error {
	size := int64(x.GetDtype().Size())
	if size == 0 {
		return fmt.Errorf("%w: %q has type %v, which is not served", ErrTensor, x.GetName(), x.GetDtype())
	}
	want := size
	for _, d := range x.GetShape() {
		if d < 0 || d > maxBytes || want*d > maxBytes {
			return fmt.Errorf("%w: %q has shape %v, which is out of range", ErrTensor, x.GetName(), x.GetShape())
		}
		want *= d
	}
	if got := int64(len(x.GetData())); got != want {
		return fmt.Errorf("%w: %q has %d bytes, %v of shape %v needs %d",
			ErrTensor, x.GetName(), got, x.GetDtype(), x.GetShape(), want)
	}
	return nil
}
