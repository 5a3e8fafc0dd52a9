package onnx

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/stages"
)

// The awkward graphs of stages/graph, dense, skipping, with late and int64 inputs, shared weights, a fixed batch, captures,
// compute on the runtime what they compute whole.
func TestAwkwardGraphsComputeTheSameSplit(t *testing.T) {
	files, err := filepath.Glob("../graph/testdata/models/*.onnx")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d models: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".onnx"), func(t *testing.T) {
			m, err := Load(Config{Name: "awkward", Path: file, Logits: true})
			if err != nil {
				t.Fatal(err)
			}
			chain := openAll(t, m)
			defer closeAll(t, m, chain)
			rng := rand.New(rand.NewPCG(1, 2))
			for range 20 {
				compareOnce(t, rng, file, m, chain)
			}
		})
	}
}

func compareOnce(t *testing.T, rng *rand.Rand, file string, m *Model, chain []stages.Runner) {
	t.Helper()
	c, err := m.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Free(c)
	model := m.Model()
	for _, i := range model.Inputs {
		fill(rng, c.Tensors[i])
	}
	want := runWhole(t, file, model, c)
	for s, r := range chain {
		if _, err := r.Run(c); err != nil {
			t.Fatal(err)
		}
		for i, got := range c.Tensors[model.Segments[s].Exit].Floats() {
			if math.Abs(float64(got-want[s][i])) > 1e-5 {
				t.Fatalf("exit %s gives %g at %d, the whole model %g", model.Exits[s], got, i, want[s][i])
			}
		}
	}
}

// fill writes small random values.
func fill(rng *rand.Rand, t *stages.Tensor) {
	for i := 0; i < len(t.Data); i += t.Info.Type.Size() {
		switch t.Info.Type {
		case stages.Float32:
			binary.NativeEndian.PutUint32(t.Data[i:], math.Float32bits(float32(rng.NormFloat64())))
		case stages.Int64:
			binary.NativeEndian.PutUint64(t.Data[i:], uint64(rng.IntN(9)))
		}
	}
}

// runWhole runs the uncut model on copies of a carry's inputs: its exits with the tensors that the runtime allocates.
func runWhole(t *testing.T, file string, model *stages.Model, c *stages.Carry) [][]float32 {
	t.Helper()
	var names []string
	var inputs []ort.Value
	for _, i := range model.Inputs {
		info := &model.Tensors[i]
		data := append([]byte(nil), c.Tensors[i].Data...)
		v, err := ort.NewCustomDataTensor(append(ort.Shape{1}, info.Shape...), data, ort.TensorElementDataType(info.Type))
		if err != nil {
			t.Fatal(err)
		}
		defer v.Destroy()
		names, inputs = append(names, info.Name), append(inputs, v)
	}
	s, err := ort.NewDynamicAdvancedSession(file, names, model.Exits, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Destroy()
	outputs := make([]ort.Value, len(model.Exits))
	if err := s.Run(inputs, outputs); err != nil {
		t.Fatal(err)
	}
	var exits [][]float32
	for _, o := range outputs {
		exits = append(exits, append([]float32(nil), o.(*ort.Tensor[float32]).GetData()...))
		o.Destroy()
	}
	return exits
}
