package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/internal/sketch"
	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/stages"
)

// newest is the newest version of the standard operators that the runtime reads.
const newest = 26

// TestAFamilyOfAwkwardGraphs is the law of the split on the real runtime: dense networks and transformers, tensors of every
// type across a cut, several at a time and over several segments, inputs used late, exits that others read, shared weights,
// bodies that capture, functions, fixed batches, of every operator version from 11 on.
func TestAFamilyOfAwkwardGraphs(t *testing.T) {
	for opset := 11; opset <= newest; opset++ {
		t.Run(fmt.Sprintf("opset %d", opset), func(t *testing.T) {
			t.Parallel()
			hidden := 0
			for seed := range uint64(10) {
				text, exits := grow(seed, opset)
				hidden += compareFamily(t, text, exits, rand.New(rand.NewPCG(seed, 3)))
				if t.Failed() {
					t.Fatalf("seed %d:\n%s", seed, text)
				}
			}
			if hidden < 40 {
				t.Errorf("only %d tensors crossed the cuts: the test tests little", hidden)
			}
		})
	}
}

func TestOperatorsOfTheFutureAreRefused(t *testing.T) {
	text, _ := grow(0, newest+1)
	_, err := Load(Config{Name: "m", Files: []string{drawn(t, text)}})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprint(newest)) {
		t.Errorf("opset %d: %v", newest+1, err)
	}
}

// drawn writes a model as a file.
func drawn(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.onnx")
	if err := os.WriteFile(path, sketch.Encode(sketch.Model(text)), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// compareFamily runs a model whole and split, and returns how many tensors cross its cuts.
func compareFamily(t *testing.T, text string, exits []string, rng *rand.Rand) (hidden int) {
	t.Helper()
	path := drawn(t, text)
	m, err := Load(Config{Name: "awkward", Files: []string{path}, Exits: exits, Logits: true, Memory: 1})
	if err != nil {
		t.Error(err)
		return 0
	}
	chain := openAll(t, m)
	defer closeAll(t, m, chain)
	whole := uncut(t, path, m.model)
	if whole == nil {
		return 0
	}
	defer whole.Destroy()
	for range 3 {
		compareRun(t, m, chain, whole, rng)
	}
	for i, last := range m.model.LastUse {
		if last > 0 && i >= len(m.model.Inputs) {
			hidden++
		}
	}
	return hidden
}

// uncut opens a whole model as it stands in its file, with nothing optimised.
func uncut(t *testing.T, path string, m *stages.Model) *ort.DynamicAdvancedSession {
	t.Helper()
	var names []string
	for _, i := range m.Inputs {
		names = append(names, m.Tensors[i].Name)
	}
	options, err := plainOptions()
	if err != nil {
		t.Fatal(err)
	}
	defer options.Destroy()
	s, err := ort.NewDynamicAdvancedSession(path, names, m.Exits, options)
	if err != nil {
		t.Error(err)
		return nil
	}
	return s
}

func compareRun(t *testing.T, m *Model, chain []stages.Runner, whole *ort.DynamicAdvancedSession, rng *rand.Rand) {
	t.Helper()
	c, err := m.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Free(c)
	for _, i := range m.model.Inputs {
		fill(rng, c.Tensors[i])
		clear(c.Tensors[i].Padding)
	}
	want := wholeExits(t, m.model, whole, c)
	var values []float32
	for s, r := range chain {
		if _, err := r.Run([]*stages.Carry{c}); err != nil {
			t.Error(err)
			return
		}
		for i, got := range c.Tensors[m.model.Segments[s].Exit].Values(&values) {
			if !(math.Abs(float64(got-want[s][i])) <= 1e-5) {
				t.Errorf("exit %s gives %g at %d, the whole model %g", m.model.Exits[s], got, i, want[s][i])
				return
			}
		}
	}
}

// wholeExits runs the uncut model on copies of a carry's inputs.
func wholeExits(t *testing.T, model *stages.Model, s *ort.DynamicAdvancedSession, c *stages.Carry) [][]float32 {
	t.Helper()
	var values []ort.Value
	value := func(i int, data []byte) {
		info := &model.Tensors[i]
		v, err := ort.NewCustomDataTensor(shapeOf(info, max(model.Rows, 1)), data, ort.TensorElementDataType(info.Type))
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	defer func() {
		for _, v := range values {
			v.Destroy()
		}
	}()
	for _, i := range model.Inputs {
		value(i, slices.Concat(c.Tensors[i].Data, c.Tensors[i].Padding))
	}
	var exits []stages.Tensor
	for _, segment := range model.Segments {
		info := &model.Tensors[segment.Exit]
		data := make([]byte, info.RowBytes*max(model.Rows, 1))
		value(segment.Exit, data)
		exits = append(exits, stages.Tensor{Info: info, Data: data[:info.RowBytes]})
	}
	if err := s.Run(values[:len(model.Inputs)], values[len(model.Inputs):]); err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for _, e := range exits {
		all = append(all, slices.Clone(e.Values(new([]float32))))
	}
	return all
}

// fill writes small random values, multiples of 1/8 that every type holds.
func fill(rng *rand.Rand, t *stages.Tensor) {
	for i := 0; i < len(t.Data); i += t.Info.Type.Size() {
		switch t.Info.Type {
		case stages.Float32:
			binary.NativeEndian.PutUint32(t.Data[i:], math.Float32bits(float32(rng.IntN(33)-16)/8))
		case stages.Int64:
			binary.NativeEndian.PutUint64(t.Data[i:], uint64(rng.IntN(9)))
		}
	}
}

// A deep network: ten thousand operators, five exits, and tensors that skip a thousand operators.
func TestTenThousandNodes(t *testing.T) {
	nodes := trials.Pick(10_000, 2_000)
	var text strings.Builder
	text.WriteString("input x[N 4 8]\ninit w[8 8]\nt0 = Relu(x)\n")
	for i := 1; i < nodes; i++ {
		fmt.Fprintf(&text, "s%d = Add(t%d, t%d)\nt%d = Tanh(s%d)\n", i, i-1, max(0, i-1000), i, i)
		if i%2000 == 1999 {
			fmt.Fprintf(&text, "y%d = MatMul(t%d, w)\noutput y%d[N 4 8]\n", i, i, i)
		}
	}
	compareFamily(t, text.String(), []string{"y1999", "y3999", "y5999", "y7999", "y9999"}[:nodes/2000], rand.New(rand.NewPCG(1, 1)))
}
