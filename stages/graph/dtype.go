package graph

import "fmt"

// DType is the type of a tensor's elements. The numbers are those of the file format.
type DType uint8

// The element types that a request can carry. The file format knows more (strings, complex numbers, 8-bit floats and
// smaller); they may occur inside a segment, but not on its border.
const (
	Unknown  DType = 0
	Float32  DType = 1
	Uint8    DType = 2
	Int8     DType = 3
	Uint16   DType = 4
	Int16    DType = 5
	Int32    DType = 6
	Int64    DType = 7
	Bool     DType = 9
	Float16  DType = 10
	Float64  DType = 11
	Uint32   DType = 12
	Uint64   DType = 13
	BFloat16 DType = 16
)

var dtypes = map[DType]struct {
	name string
	size int
}{
	Float32: {"float32", 4}, Float64: {"float64", 8}, Float16: {"float16", 2}, BFloat16: {"bfloat16", 2},
	Int8: {"int8", 1}, Int16: {"int16", 2}, Int32: {"int32", 4}, Int64: {"int64", 8},
	Uint8: {"uint8", 1}, Uint16: {"uint16", 2}, Uint32: {"uint32", 4}, Uint64: {"uint64", 8},
	Bool: {"bool", 1},
}

// String returns the type's name in lower case, such as "float32", or "unknown".
func (t DType) String() string {
	if t == Unknown {
		return "unknown"
	}
	if d, ok := dtypes[t]; ok {
		return d.name
	}
	return fmt.Sprintf("dtype(%d)", uint8(t))
}

// Floating reports whether elements have a fraction.
func (t DType) Floating() bool {
	return t == Float32 || t == Float64 || t == Float16 || t == BFloat16
}

// Size returns the bytes of one element, 0 when the type is unknown.
func (t DType) Size() int { return dtypes[t].size }
