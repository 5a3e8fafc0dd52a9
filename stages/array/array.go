// Package array reads one row of a tensor from a file: NumPy's .npy, or the bare bytes.
//
// A file is taken as it is or refused, never converted: a value that was rounded on the way in would change what the model
// says without a trace. Memory is bounded by the row that is wanted, whatever a file claims to hold.
//
// The .npy reader is our own because a row is needed as bytes of any element type, float16 among them, and a file comes
// from anywhere: github.com/sbinet/npyio converts through typed slices, makes room for what a header claims, panics at a
// header without a line's end, and brings in gonum's linear algebra.
package array

import (
	"fmt"
	"io"

	"github.com/delen-edge/delen/stages"
)

// Raw reads a row that is nothing but its bytes: little endian, row-major, of the type and the shape of want. A stream that
// is shorter or longer is an error.
func Raw(r io.Reader, want stages.Info) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(want.RowBytes)+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) < want.RowBytes:
		return nil, fmt.Errorf("%d bytes of values, but %s takes %d", len(data), describe(want), want.RowBytes)
	case len(data) > want.RowBytes:
		return nil, fmt.Errorf("more than the %d bytes of values that %s takes", want.RowBytes, describe(want))
	}
	return data, nil
}

// describe names an input with its type and its row's shape.
func describe(want stages.Info) string {
	return fmt.Sprintf("input %q, %s%v,", want.Name, want.Type, want.Shape)
}
