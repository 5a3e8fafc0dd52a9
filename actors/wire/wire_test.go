package wire

import (
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
