package onnx

import (
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/delen-edge/delen/stages"
)

// Rows of a batch do not see each other: each exit gives for a row what it gives for it alone, whatever the other rows are.
func TestRowsOfABatchAreComputedAsAlone(t *testing.T) {
	const rows = 4
	inputs := pictures(t)[:rows]
	alone := exitsOf(t, 1, inputs[:1])
	for _, row := range inputs[1:] {
		alone = append(alone, exitsOf(t, 1, [][]float32{row})...)
	}
	for i, batch := range exitsOf(t, rows, inputs) {
		for n, v := range batch {
			if gap := math.Abs(float64(v - alone[i][n])); !(gap <= 1e-4) {
				t.Fatalf("row %d: value %d of the last exit is %g, but %g alone", i, n, v, alone[i][n])
			}
		}
	}
}

// exitsOf runs the glyphs model with a batch, and gives the last exit of each row.
func exitsOf(t *testing.T, rows int, inputs [][]float32) (exits [][]float32) {
	t.Helper()
	m, err := Load(Config{Name: "glyphs", Files: []string{filepath.Join(glyphs, "model.onnx")}, Logits: true, Rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	chain := openAll(t, m)
	defer closeAll(t, m, chain)
	c, err := m.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Free(c)
	for i, row := range inputs {
		copy(rowOf(c.Tensors[m.Model().Inputs[0]], i).Floats(), row)
	}
	for _, r := range chain {
		if _, err := r.Run(c); err != nil {
			t.Fatal(err)
		}
	}
	for i := range inputs {
		exits = append(exits, append([]float32(nil), rowOf(c.Tensors[m.Model().Segments[len(chain)-1].Exit], i).Floats()...))
	}
	return exits
}

// rowOf views a row of a batch, from 0, as a tensor.
func rowOf(t *stages.Tensor, i int) *stages.Tensor {
	if i == 0 {
		return t
	}
	size := t.Info.RowBytes
	return &stages.Tensor{Info: t.Info, Data: t.Padding[(i-1)*size : i*size]}
}

func TestAModelWithAFixedBatchTakesNoOther(t *testing.T) {
	const text = "input x[BATCH 4]\ninit w[4 2]\ny = MatMul(x, w)\noutput y[BATCH 2]"
	for _, c := range []struct {
		batch        string
		wanted, rows int // rows 0: refused
		insists      int
	}{
		{batch: "N", wanted: 0, rows: 1}, {batch: "N", wanted: 1, rows: 1}, {batch: "N", wanted: 8, rows: 8},
		{batch: "3", wanted: 0, rows: 3}, {batch: "3", wanted: 3, rows: 3}, {batch: "3", wanted: 2, insists: 3},
		{batch: "1", wanted: 0, rows: 1}, {batch: "1", wanted: 2, insists: 1},
	} {
		m, err := Load(Config{Name: "m", Files: []string{drawn(t, strings.ReplaceAll(text, "BATCH", c.batch))}, Rows: c.wanted})
		var fixed *FixedRows
		switch {
		case c.rows == 0:
			if !errors.As(err, &fixed) || fixed.Rows != c.insists {
				t.Errorf("a batch of %s, %d wanted: %v", c.batch, c.wanted, err)
			}
		case err != nil:
			t.Errorf("a batch of %s, %d wanted: %v", c.batch, c.wanted, err)
		default:
			if m.Model().Rows != c.rows {
				t.Errorf("a batch of %s, %d wanted: %d rows", c.batch, c.wanted, m.Model().Rows)
			}
			if err := m.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
