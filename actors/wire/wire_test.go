package wire

import (
	"errors"
	"math"
	"testing"

	"google.golang.org/grpc/codes"
)

// A gateway passes codes on unchanged, which is sound only if every name means
// the number that gRPC gives it.
func TestCodesAreThoseOfGRPC(t *testing.T) {
	for number, name := range Code_name {
		var c codes.Code
		if err := c.UnmarshalJSON([]byte(`"` + name + `"`)); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if int32(c) != number {
			t.Errorf("%s is %d, gRPC says %d", name, number, c)
		}
	}
}

func TestEveryServedTypeHasASize(t *testing.T) {
	for number, name := range DType_name {
		x := DType(number)
		if got, served := x.Size() > 0, x != DType_DTYPE_UNSPECIFIED; got != served {
			t.Errorf("%s: size %d", name, x.Size())
		}
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name  string
		dtype DType
		shape []int64
		bytes int
		ok    bool
	}{
		{"picture", DType_FLOAT32, []int64{1, 1, 32, 32}, 4096, true},
		{"scalar", DType_INT64, nil, 8, true},
		{"no elements", DType_UINT8, []int64{1, 0}, 0, true},
		{"half", DType_BFLOAT16, []int64{3}, 6, true},
		{"no type", DType_DTYPE_UNSPECIFIED, []int64{1}, 4, false},
		{"unknown type", DType(8), []int64{1}, 4, false},
		{"short", DType_FLOAT32, []int64{1, 2}, 7, false},
		{"long", DType_FLOAT32, []int64{1, 2}, 9, false},
		{"negative extents", DType_UINT8, []int64{-1, -4}, 4, false},
		{"product overflows to 0", DType_UINT8, []int64{1 << 32, 1 << 32}, 0, false},
		{"extent overflows", DType_FLOAT64, []int64{math.MaxInt64}, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := &Tensor{Name: "x", Dtype: tt.dtype, Shape: tt.shape, Data: make([]byte, tt.bytes)}
			err := x.Check()
			if (err == nil) != tt.ok {
				t.Fatalf("got %v, want ok = %t", err, tt.ok)
			}
			if err != nil && !errors.Is(err, ErrTensor) {
				t.Errorf("%v is no ErrTensor", err)
			}
		})
	}
	if err := (*Tensor)(nil).Check(); err == nil {
		t.Error("a missing tensor is well formed")
	}
}
