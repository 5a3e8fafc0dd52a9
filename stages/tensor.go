package stages

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"unsafe"
)

// DType is the element type of a tensor. Its numbers are those of ONNX (TensorProto.DataType) and of the wire.
type DType uint8

// The element types that can cross a cut or be sent by an app.
const (
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
	Float32: {"float32", 4}, Uint8: {"uint8", 1}, Int8: {"int8", 1}, Uint16: {"uint16", 2}, Int16: {"int16", 2},
	Int32: {"int32", 4}, Int64: {"int64", 8}, Bool: {"bool", 1}, Float16: {"float16", 2}, Float64: {"float64", 8},
	Uint32: {"uint32", 4}, Uint64: {"uint64", 8}, BFloat16: {"bfloat16", 2},
}

// Size is the number of bytes of one element; 0 for a type that is not in the list above.
func (d DType) Size() int { return dtypes[d].size }

// String is the type's usual name, such as "float32".
func (d DType) String() string {
	if t, ok := dtypes[d]; ok {
		return t.name
	}
	return fmt.Sprintf("dtype(%d)", uint8(d))
}

// Info describes one tensor of a model.
type Info struct {
	Name     string
	Type     DType
	Shape    []int64 // without the row axis, which is the first; every entry is at least 1
	Rowless  bool    // there is no row axis: the model takes one row, and the tensor is it
	RowBytes int     // bytes of one row
}

// NewInfo describes a tensor and computes its row size. It refuses element types without a fixed size, extents below 1
// and rows of more than 1 GiB.
func NewInfo(name string, t DType, shape []int64) (Info, error) {
	size := int64(t.Size())
	if size == 0 {
		return Info{}, fmt.Errorf("tensor %q has element type %s, which cannot cross a cut", name, t)
	}
	for _, d := range shape {
		if d < 1 {
			return Info{}, fmt.Errorf("tensor %q has a row of shape %v: every extent must be known and at least 1", name, shape)
		}
		if size > (1<<30)/d {
			return Info{}, fmt.Errorf("tensor %q has a row of shape %v, which is more than 1 GiB", name, shape)
		}
		size *= d
	}
	return Info{Name: name, Type: t, Shape: shape, RowBytes: int(size)}, nil
}

// Tensor is one row of one of a model's tensors. Data lies off the Go heap and belongs to the Carry that
// the tensor is part of; Handle is the backend's and belongs to it.
type Tensor struct {
	Info    *Info
	Data    []byte // row-major, native byte order
	Padding []byte // the further rows of a model that insists on several; nobody reads them, but a run computes them
	Handle  any
}

// Carry is the memory of one ticket: a place for every tensor of its model. Tensors whose lives do not overlap share
// memory (see Layout), so a tensor may be read only between the segment that writes it and its last use; the graph's
// inputs before the first segment and the exits' outputs at any later time are safe.
type Carry struct {
	Tensors []*Tensor // in the order of Model.Tensors
}

// Put writes a row, and zeros to the padding, which would be what another request has left there.
func (t *Tensor) Put(row []byte) {
	copy(t.Data, row)
	clear(t.Padding)
}

// Clear writes zeros.
func (t *Tensor) Clear() {
	clear(t.Data)
	clear(t.Padding)
}

// Floats views the bytes of a float32 tensor as numbers, without a copy. The view lives as long as the tensor.
func (t *Tensor) Floats() []float32 {
	if t.Info.Type != Float32 || len(t.Data) == 0 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(t.Data))), len(t.Data)/4)
}

// Values gives the elements of a tensor of a floating type as float32: a view of it when it is of that type, which lives as
// long as the tensor, and otherwise numbers in buf, which is made larger when it must be.
func (t *Tensor) Values(buf *[]float32) []float32 {
	if t.Info.Type == Float32 {
		return t.Floats()
	}
	size := t.Info.Type.Size()
	values := slices.Grow((*buf)[:0], len(t.Data)/size)
	for at := 0; at+size <= len(t.Data); at += size {
		values = append(values, t.Info.Type.float(t.Data[at:]))
	}
	*buf = values
	return values
}

// floating says whether elements of a type are read as numbers with a fraction.
func (d DType) floating() bool {
	return d == Float32 || d == Float64 || d == Float16 || d == BFloat16
}

// float reads an element of a floating type.
func (d DType) float(b []byte) float32 {
	switch d {
	case Float64:
		return float32(math.Float64frombits(binary.NativeEndian.Uint64(b)))
	case BFloat16:
		return math.Float32frombits(uint32(binary.NativeEndian.Uint16(b)) << 16)
	case Float16:
		return half(binary.NativeEndian.Uint16(b))
	}
	return math.Float32frombits(binary.NativeEndian.Uint32(b))
}

// half converts a number of IEEE 754's binary16: a sign, five bits of exponent, ten of fraction.
func half(b uint16) float32 {
	sign, exponent, fraction := uint32(b>>15)<<31, uint32(b>>10&0x1f), uint32(b&0x3ff)
	switch exponent {
	case 0: // zero and what is subnormal: fraction * 2^-24
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)/(1<<24)))
	case 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// Finite says whether row-major data of element type t, in native byte order, holds no NaN and no infinity. Types that
// cannot hold either are always finite.
func Finite(t DType, data []byte) bool {
	switch t {
	case Float32:
		return finiteBits[uint32](data, 0x7f800000)
	case Float64:
		return finiteBits[uint64](data, 0x7ff0000000000000)
	case Float16:
		return finiteBits[uint16](data, 0x7c00)
	case BFloat16:
		return finiteBits[uint16](data, 0x7f80)
	}
	return true
}

// finiteBits looks for an element whose exponent bits are all set: a NaN or an infinity in every IEEE format. It adds up
// what it finds rather than branch on each element, which the compiler turns into straight code. The data need not be
// aligned: what comes off the wire is not.
func finiteBits[T uint16 | uint32 | uint64](data []byte, exponent T) bool {
	size := int(unsafe.Sizeof(exponent))
	bad := 0
	for i := 0; i+size <= len(data); i += size {
		if *(*T)(unsafe.Pointer(&data[i]))&exponent == exponent {
			bad++
		}
	}
	return bad == 0
}

// isNaN32 spares a conversion in the reading's inner loops.
func isNaN32(f float32) bool { return math.Float32bits(f)&0x7fffffff > 0x7f800000 }
