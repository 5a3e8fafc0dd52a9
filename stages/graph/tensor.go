package graph

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// Tensor is what is known about a named value.
type Tensor struct {
	Name string
	Type DType // Unknown when nobody told
	// Shape includes the row axis, which comes first. A dimension of -1 is symbolic or unknown; nil means that not even
	// the number of dimensions is known, while an empty shape is a scalar's.
	Shape []int64
	// Rowless says that the first dimension is not the row axis: there is one row, and the tensor is it. Only tensors of a
	// model that takes one row and no more may be so.
	Rowless bool
}

// Row is the shape of one row: all dimensions but the first, or all of a tensor without rows. There must be one dimension.
func (t Tensor) Row() []int64 {
	if t.Rowless {
		return t.Shape
	}
	return t.Shape[1:]
}

// RowBytes returns the bytes of one row. It is -1 when the type or one of its dimensions is unknown, or when there are none.
func (t Tensor) RowBytes() int64 {
	if t.Type.Size() == 0 || len(t.Shape) == 0 {
		return -1
	}
	n, ok := elements(t.Row())
	if !ok {
		return -1
	}
	return n * int64(t.Type.Size())
}

// String returns the tensor as "name type[dimensions]", such as "x float32[? 3 32 32]".
func (t Tensor) String() string {
	if t.Shape == nil {
		return fmt.Sprintf("%s %s[...]", t.Name, t.Type)
	}
	dims := make([]string, len(t.Shape))
	for i, d := range t.Shape {
		dims[i] = "?"
		if d >= 0 {
			dims[i] = strconv.FormatInt(d, 10)
		}
	}
	return fmt.Sprintf("%s %s[%s]", t.Name, t.Type, strings.Join(dims, " "))
}

// resolved reports whether a runner could allocate rows of t.
func (t Tensor) resolved() bool { return t.RowBytes() >= 0 }

// merge returns t completed by what u knows, and an error where the two contradict each other.
func (t Tensor) merge(u Tensor) (Tensor, error) {
	clash := fmt.Errorf("tensor %q: told to be %s, but the model says %s", t.Name, u, t)
	if t.Type == Unknown {
		t.Type = u.Type
	} else if u.Type != Unknown && u.Type != t.Type {
		return t, clash
	}
	if t.Shape == nil || u.Shape == nil {
		if t.Shape == nil {
			t.Shape = slices.Clone(u.Shape)
		}
		return t, nil
	}
	if len(t.Shape) != len(u.Shape) {
		return t, clash
	}
	t.Shape = slices.Clone(t.Shape)
	for i, d := range u.Shape {
		switch {
		case t.Shape[i] < 0:
			t.Shape[i] = d
		case d >= 0 && d != t.Shape[i]:
			return t, clash
		}
	}
	return t, nil
}

// maxElements bounds a tensor's size, so that products of dimensions from a hostile file cannot overflow.
const maxElements = 1 << 40

// elements returns the product of dims; false when one is unknown or the product is beyond reason.
func elements(dims []int64) (int64, bool) {
	n := int64(1)
	for _, d := range dims {
		if d < 0 || d > maxElements/max(n, 1) {
			return 0, false
		}
		n *= d
	}
	return n, true
}

// checkSize refuses shapes that no machine can hold. Unknown dimensions count as one.
func checkSize(t Tensor) error {
	n := int64(1)
	for _, d := range t.Shape {
		if d < 1 {
			continue
		}
		if d > maxElements/n {
			return fmt.Errorf("tensor %q has more than %d elements: its shape is damaged", t.Name, int64(maxElements))
		}
		n *= d
	}
	return nil
}

// value is a Tensor with what else the file says of it.
type value struct {
	Tensor
	axis   string // the name of the first dimension, if it is symbolic and named
	barred string // why no request can carry it, such as "is a sequence"; empty when one can
	proto  *onnxpb.ValueInfoProto
}

// describe reads a declaration. A missing type leaves the value unknown.
func describe(p *onnxpb.ValueInfoProto) value {
	v := value{Tensor: Tensor{Name: p.GetName()}, proto: p}
	switch t := p.GetType().GetValue().(type) {
	case nil:
	case *onnxpb.TypeProto_TensorType:
		v.setType(t.TensorType.GetElemType())
		v.setShape(t.TensorType.GetShape())
	case *onnxpb.TypeProto_SequenceType:
		v.barred = "is a sequence"
	case *onnxpb.TypeProto_MapType:
		v.barred = "is a map"
	case *onnxpb.TypeProto_OptionalType:
		v.barred = "is optional"
	case *onnxpb.TypeProto_SparseTensorType:
		v.barred = "is sparse"
	default:
		v.barred = "is of an opaque type"
	}
	return v
}

func (v *value) setType(elem int32) {
	t := DType(elem)
	if elem >= 0 && elem < 256 && (t == Unknown || t.Size() > 0) {
		v.Type = t
		return
	}
	v.barred = fmt.Sprintf("has elements of the format's type %d", elem)
	if elem == 8 {
		v.barred = "holds strings"
	}
}

func (v *value) setShape(s *onnxpb.TensorShapeProto) {
	if s == nil {
		return
	}
	v.Shape = make([]int64, len(s.GetDim()))
	for i, d := range s.GetDim() {
		v.Shape[i] = -1
		if n, ok := d.GetValue().(*onnxpb.TensorShapeProto_Dimension_DimValue); ok && n.DimValue >= 0 {
			v.Shape[i] = n.DimValue
		}
	}
	if len(v.Shape) > 0 {
		v.axis = s.GetDim()[0].GetDimParam()
		if v.Shape[0] == 0 { // some exporters write an open batch as 0; no request has 0 rows
			v.Shape[0] = -1
		}
	}
}

// declare is the opposite of describe; rows names an open first dimension.
func declare(t Tensor, rows string) *onnxpb.ValueInfoProto {
	typ := &onnxpb.TypeProto_Tensor{}
	elem := int32(t.Type)
	typ.ElemType = &elem
	if t.Shape != nil {
		typ.Shape = &onnxpb.TensorShapeProto{}
	}
	for i, n := range t.Shape {
		d := &onnxpb.TensorShapeProto_Dimension{}
		if n >= 0 {
			d.Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: n}
		} else if i == 0 && rows != "" {
			d.Value = &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: rows}
		}
		typ.Shape.Dim = append(typ.Shape.Dim, d)
	}
	return &onnxpb.ValueInfoProto{
		Name: &t.Name,
		Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{TensorType: typ}},
	}
}
