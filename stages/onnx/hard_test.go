package onnx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/internal/sketch"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/graph"
	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// quantised is the beginning of models in whose bodies something is dequantised and reshaped.
const quantised = `
	input x[N 4 8]
	init step[] = 0.125
	init zero uint8[] = 128
	init yes bool[] = 1
	init flat int64[3] = 0 8 4
	init back int64[3] = 0 4 8
	init twice int64[] = 2
	body th
		u = Relu(r)
		output u[? 8 4]
	end
	body el
		v = Neg(r)
		output v[? 8 4]
	end`

// Models that computed something else in segments, or ended the process.
var hard = []struct{ name, model string }{
	{"a body captures what was dequantised", quantised + `
		e = QuantizeLinear(x, step, zero)
		d = DequantizeLinear(e, step, zero)
		r = Reshape(d, flat)
		y1 = If(yes) then_branch=@th else_branch=@el
		output y1[N 8 4]`},
	{"a body captures it from a body around it", quantised + `
		body loop
			input n int64[]
			input go bool[]
			input h[? 4 8]
			init step_[] = 0.125
			init zero_ uint8[] = 128
			init flat_ int64[3] = 0 8 4
			init back_ int64[3] = 0 4 8
			on = Identity(go)
			e = QuantizeLinear(h, step_, zero_)
			d = DequantizeLinear(e, step_, zero_)
			r = Reshape(d, flat_)
			w = If(go) then_branch=@th else_branch=@el
			k = Reshape(w, back_)
			output on bool[]
			output k[? 4 8]
		end
		y1 = Loop(twice, yes, x) body=@loop
		output y1[N 4 8]`},
	{"a body captures it in a function that stays", quantised + `
		function F(a, step, zero, flat, yes) y
			opset 14
			e = QuantizeLinear(a, step, zero)
			d = DequantizeLinear(e, step, zero)
			r = Reshape(d, flat)
			y = If(yes) then_branch=@th else_branch=@el
		end
		y1 = local.F(x, step, zero, flat, yes)
		output y1[N 8 4]`},
	{"two calls of a function whose nodes have no names", `
		input x[N 4]
		function F(a) b
			t = Neg(a)
			b = Relu(t)
		end
		y1 = local.F(x)
		y2 = local.F(y1)
		output y1[N 4]
		output y2[N 4]`},
	{"names like those that a call would get", `
		input x[N 4]
		input F#1/t[N 4]
		function F(a) b
			t = Neg(a)
			u = Relu(t)
			b = Sub(u, t)
		end
		F#1/u = Neg(F#1/t)
		h = local.F(x)
		y1 = Add(h, F#1/u)
		y2 = Add(y1, F#1/t)
		output y1[N 4]
		output y2[N 4]`},
	{"ids of a vocabulary", `
		input ids int64[N 6]
		init table[9 8]
		init head[48 3]
		init flat int64[2] = 0 48
		e = Gather(table, ids) axis=0
		a = Reshape(e, flat)
		y1 = MatMul(a, head)
		s = Sin(e)
		b = Reshape(s, flat)
		y2 = MatMul(b, head)
		output y1[N 3]
		output y2[N 3]`},
}

func TestHardModels(t *testing.T) {
	for _, c := range hard {
		t.Run(c.name, func(t *testing.T) {
			exits := []string{"y1"}
			if strings.Contains(c.model, "y2") {
				exits = append(exits, "y2")
			}
			compareFamily(t, c.model, exits, rand.New(rand.NewPCG(1, 3)))
			warmAndVerify(t, Config{Name: "hard", Files: []string{drawn(t, c.model)}, Logits: true})
		})
	}
}

// warmAndVerify runs a model as a node does before it is ready, and as split --verify does.
func warmAndVerify(t *testing.T, c Config) {
	t.Helper()
	m, err := Load(c)
	if err != nil {
		t.Error(err)
		return
	}
	chain := openAll(t, m)
	defer closeAll(t, m, chain)
	if _, err := stages.Warm(m, chain, stages.Warming{Rounds: 5}, 0); err != nil {
		t.Error(err)
	}
	differences, err := m.verify(t.Context(), 4)
	if err != nil {
		t.Error(err)
	}
	for i, d := range differences {
		if !d.Same(m.model.Tensors[m.model.Segments[i].Exit].Type) {
			t.Errorf("exit %s: %+v", m.model.Exits[i], d)
		}
	}
}

// A function that is called like an operator that the runtime has: it takes its own.
func TestFunctionsThatTheRuntimeOverrides(t *testing.T) {
	for domain, op := range map[string]string{"": "Relu", "com.microsoft": "Gelu"} {
		m := sketch.Model("input x[N 4]\nfunction " + op + "(a) b\nb = Neg(a)\nend\n" +
			"y1 = " + strings.TrimPrefix(domain+".", ".") + op + "(x)\ny2 = Sin(y1)\noutput y1[N 4]\noutput y2[N 4]")
		m.Functions[0].Domain = proto.String(domain)
		m.OpsetImport = append(m.OpsetImport, &onnxpb.OperatorSetIdProto{Domain: proto.String("com.microsoft"), Version: proto.Int64(1)})
		warmAndVerify(t, Config{Name: op, Files: []string{written(t, m)}, Logits: true})
	}
}

// Numbers that were drawn in segment 1 are those that segment 2 takes away again.
func TestRandomNumbersAreDrawnOnce(t *testing.T) {
	for name, noise := range map[string]string{
		"in a function that stays": "function Noise() b\nopset 14\nb = RandomUniform() shape=1,4\nend\nn = local.Noise()",
		"in a function called from a body": "function Noise() b\nb = RandomUniform() shape=1,4\nend\ninit yes bool[] = 1\n" +
			"body th\nu = local.Noise()\noutput u[1 4]\nend\nn = If(yes) then_branch=@th else_branch=@th",
		"by a dropout as in training": "init c[1 4] = 1 1 1 1\ninit ratio[] = 0.5\ninit yes bool[] = 1\nn = Dropout(c, ratio, yes)",
	} {
		t.Run(name, func(t *testing.T) {
			path := drawn(t, "input x[N 4]\n"+noise+"\ny1 = Add(x, n)\nd = Sub(y1, n)\ny2 = Sub(d, x)\noutput y1[N 4]\noutput y2[N 4]")
			m, err := Load(Config{Name: "noise", Files: []string{path}, Logits: true})
			if err != nil {
				t.Fatal(err)
			}
			chain := openAll(t, m)
			defer closeAll(t, m, chain)
			if _, err := stages.Warm(m, chain, stages.Warming{Rounds: 1}, 0); err != nil {
				t.Fatal(err)
			}
			c, err := m.Alloc()
			if err != nil {
				t.Fatal(err)
			}
			defer m.Free(c)
			for range 5 {
				c.Tensors[m.model.Inputs[0]].Clear()
				for _, r := range chain {
					if _, err := r.Run([]*stages.Carry{c}); err != nil {
						t.Fatal(err)
					}
				}
				for _, v := range c.Tensors[m.model.Segments[1].Exit].Floats() {
					if math.Abs(float64(v)) > 1e-6 {
						t.Errorf("%g is left", v)
					}
				}
			}
		})
	}
}

// written writes a model as a file.
func written(t testing.TB, m proto.Message) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.onnx")
	if err := os.WriteFile(path, sketch.Encode(m), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// The segments of the family, written to files, make on the runtime the model that they were cut from.
func TestAFamilyOfJoinedFiles(t *testing.T) {
	for opset := 11; opset <= newest; opset++ {
		for seed := range uint64(3) {
			text, exits := grow(seed+100, opset)
			path := drawn(t, text)
			g, split, err := graph.Cut([]string{path}, exits)
			if err == nil {
				err = Resolve(g, split)
			}
			if err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			var files []string
			for i := range split.Segments {
				data, err := split.Model(i + 1)
				if err != nil {
					t.Fatal(err)
				}
				files = append(files, filepath.Join(folder, fmt.Sprintf("segment%d.onnx", i+1)))
				if err := os.WriteFile(files[i], data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			differences, err := Verify(t.Context(), Config{Name: "joined", Files: files, Exits: exits, Logits: true}, 2)
			if err != nil || len(differences) != len(exits) {
				t.Fatalf("opset %d, seed %d: %v", opset, seed, err)
			}
		}
	}
}

// The segments of the original system, as one exporter writes them: every file has nodes of the same names.
func TestFilesOfTheOriginalForm(t *testing.T) {
	inner := "value r[N 4]\ninput input[N 4]\ninit w[4 4]\nr = Relu(input)\nfeatures = MatMul(r, w)\noutput = Neg(r)\noutput output[N 4]\noutput features[N 4]"
	last := "input input[N 4]\ninit w[4 4]\nr = MatMul(input, w)\noutput = Neg(r)\noutput output[N 4]"
	files := []string{drawn(t, inner), drawn(t, inner), drawn(t, last)}
	warmAndVerify(t, Config{Name: "original", Files: files, Logits: true})
	warmAndVerify(t, Config{Name: "original", Files: files, Exits: []string{"output", "output", "output"}, Logits: true})
}

// weighty is a model with a heavy weight, all of whose elements are the same number: x of ones makes 64 times that.
func weighty(number byte, more string) *onnxpb.ModelProto {
	m := sketch.Model(more + "input x[N 64]\ninit w[64 80]\ny1 = MatMul(x, w)\ny2 = Neg(y1)\noutput y1[N 80]\noutput y2[N 80]")
	for _, w := range m.Graph.Initializer {
		if w.GetName() == "w" {
			w.FloatData, w.RawData = nil, bytes.Repeat([]byte{0, 0, number, 0x3f}, 64*80)
		}
	}
	return m
}

// ones runs a model on ones and gives an element of its first exit.
func ones(t *testing.T, m *Model, chain []stages.Runner) float32 {
	t.Helper()
	c, err := m.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Free(c)
	input := c.Tensors[m.model.Inputs[0]].Floats()
	for i := range input {
		input[i] = 1
	}
	if _, err := chain[0].Run([]*stages.Carry{c}); err != nil {
		t.Fatal(err)
	}
	return c.Tensors[m.model.Segments[0].Exit].Floats()[0]
}

// A weight may say that it lies where it does lie: in the model.
func TestAWeightThatSaysThatItIsThere(t *testing.T) {
	m := weighty(0x80, "")
	m.Graph.Initializer[0].DataLocation = onnxpb.TensorProto_DEFAULT.Enum()
	loaded, err := Load(Config{Name: "m", Files: []string{written(t, m)}, Logits: true})
	if err != nil {
		t.Fatal(err)
	}
	chain := openAll(t, loaded)
	defer closeAll(t, loaded, chain)
	if got := ones(t, loaded, chain); got != 64 {
		t.Errorf("64 ones make %g", got)
	}
}

// moveWeight moves a model's weight to a file w.bin, by whatever name that goes.
func moveWeight(t *testing.T, folder string, m *onnxpb.ModelProto, location string) {
	t.Helper()
	w := m.Graph.Initializer[0]
	if err := os.WriteFile(filepath.Join(folder, location), w.RawData, 0o644); err != nil {
		t.Fatal(err)
	}
	w.RawData, w.DataLocation = nil, onnxpb.TensorProto_EXTERNAL.Enum()
	w.ExternalData = []*onnxpb.StringStringEntryProto{{Key: proto.String("location"), Value: &location}}
}

// A link's model and a file beside the link may have the same name.
func TestAFileBesideALinkIsNotTheModel(t *testing.T) {
	home, folder := t.TempDir(), t.TempDir()
	m := weighty(0x80, "")
	moveWeight(t, folder, m, "./blob")
	blob, link := filepath.Join(home, "blob"), filepath.Join(folder, "model.onnx")
	if err := errors.Join(os.WriteFile(blob, sketch.Encode(m), 0o644), os.Symlink(blob, link)); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(Config{Name: "m", Files: []string{link}, Logits: true})
	if err != nil {
		t.Fatal(err)
	}
	chain := openAll(t, loaded)
	defer closeAll(t, loaded, chain)
	if got := ones(t, loaded, chain); got != 64 {
		t.Errorf("64 ones make %g", got)
	}
}

// Half of one model and half of another is none, also when only the weights beside it are replaced.
func TestAModelWhoseWeightsAreReplacedIsNotRenewed(t *testing.T) {
	folder := t.TempDir()
	m := weighty(0x80, "")
	moveWeight(t, folder, m, "w.bin")
	path := filepath.Join(folder, "model.onnx")
	if err := os.WriteFile(path, sketch.Encode(m), 0o644); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(Config{Name: "m", Files: []string{path}, Logits: true})
	if err != nil {
		t.Fatal(err)
	}
	chain := openAll(t, loaded)
	defer closeAll(t, loaded, chain)
	fresh := filepath.Join(folder, "fresh")
	other := weighty(0x90, "").Graph.Initializer[0].RawData
	if err := errors.Join(os.WriteFile(fresh, other, 0o644), os.Rename(fresh, filepath.Join(folder, "w.bin"))); err != nil {
		t.Fatal(err)
	}
	if err := chain[0].Renew(); err == nil || !strings.Contains(err.Error(), "w.bin has been changed") {
		t.Error(err)
	}
	if got := ones(t, loaded, chain); got != 64 {
		t.Errorf("64 ones make %g after the weights were replaced", got)
	}
}

// Exits that are no outputs, inputs that no exit needs, shapes that only claim, and a context that is done.
func TestVerify(t *testing.T) {
	unneeded := "input x[N 4]\ninput steps int64[]\na = Neg(x)\ny1 = Relu(a)\ns = Cast(steps) to=1\nu = Mul(y1, s)\nvalue a[N 4]\noutput y1[N 4]\noutput u[N 4]"
	path := drawn(t, unneeded)
	for _, exits := range [][]string{{"y1"}, {"a", "y1"}, nil} {
		d, err := Verify(t.Context(), Config{Name: "m", Files: []string{path}, Exits: exits}, 3)
		if exits == nil { // u needs what travels with no request
			if err == nil || !strings.Contains(err.Error(), "without a row axis") {
				t.Error(err)
			}
		} else if err != nil || len(d) != len(exits) || d[0].Largest > 1e-6 {
			t.Errorf("%v: %v, %v", exits, d, err)
		}
	}
	huge := "input x[N 4]\ninput u[N 1000000000000]\ny1 = Relu(x)\nv = Neg(u)\noutput y1[N 4]\noutput v[N 1000000000000]"
	if _, err := Verify(t.Context(), Config{Name: "m", Files: []string{drawn(t, huge)}, Exits: []string{"y1"}}, 1); err != nil {
		t.Error(err) // no exit needs what cannot be
	}
	if _, err := Verify(t.Context(), Config{Name: "m", Files: []string{drawn(t, huge)}}, 1); err == nil || !strings.Contains(err.Error(), "more than 1 GiB") {
		t.Error(err)
	}
	blind := "input x[N 1000000000000]\ninit f int64[2] = 0 4\ns = Shape(x)\na = Reshape(x, s)\ny1 = Reshape(a, f)\noutput y1"
	if _, err := Load(Config{Name: "m", Files: []string{drawn(t, blind)}}); err == nil || !strings.Contains(err.Error(), "1 GiB") {
		t.Error(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Verify(over, Config{Name: "m", Files: []string{path}, Exits: []string{"y1"}}, 3); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestARunThatDoesNotEndIsEnded(t *testing.T) {
	m, err := Load(Config{Name: "endless", Files: []string{drawn(t, sketch.Endless)}})
	if err != nil {
		t.Fatal(err)
	}
	chain := openAll(t, m)
	defer closeAll(t, m, chain)
	if _, err := stages.Warm(m, chain, stages.Warming{Rounds: 1}, 1); err == nil || !strings.Contains(err.Error(), "took longer than 1ns and was terminated") {
		t.Error(err)
	}
	c, err := m.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Free(c)
	why := errors.New("enough")
	for range 50 { // before the run has begun, or after
		stop, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		if _, err := stages.RunUntil(stop, chain[0], []*stages.Carry{c}); !errors.Is(err, why) {
			t.Error(err)
		}
	}
}

// A model for exactly one row may let anything travel, as the states of recurrent layers do, which have the steps first.
func TestOneRowMayTravelInAnyShape(t *testing.T) {
	const text = `
		input x[1 5 4]
		init w1[1 9 4]
		init r1[1 9 3]
		init w2[1 9 3]
		init r2[1 9 3]
		init head[3 2]
		init flat int64[2] = -1 3
		init squeeze int64[3] = 5 1 3
		s = Transpose(x) perm=1,0,2
		h1, l1 = GRU(s, w1, r1) hidden_size=3
		q1 = Reshape(h1, squeeze)
		f1 = Reshape(l1, flat)
		y1 = MatMul(f1, head)
		h2, l2 = GRU(q1, w2, r2) hidden_size=3
		f2 = Reshape(l2, flat)
		y2 = MatMul(f2, head)
		output y1
		output y2`
	warmAndVerify(t, Config{Name: "stacked", Files: []string{drawn(t, text)}, Logits: true})
	_, err := Load(Config{Name: "open", Files: []string{drawn(t, strings.Replace(text, "input x[1 5 4]", "input x[N 5 4]", 1))}})
	if err == nil || !strings.Contains(err.Error(), "export the model for exactly one row") {
		t.Error(err)
	}
}

// FLOPs that hang on shapes which the runtime cannot infer, but only find.
func TestFLOPsThatOnlyARunTells(t *testing.T) {
	path := drawn(t, "input x[N 6 4]\ninit w[4 5]\ninit flat int64[2] = 0 30\ns = Shape(x)\na = Reshape(x, s)\nb = MatMul(a, w)\n"+
		"c = Relu(b)\ny1 = Reshape(c, flat)\noutput y1[N 30]")
	m, err := Load(Config{Name: "m", Files: []string{path}})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if got, want := m.model.FLOPs(1), 2*6*4*5.0+6*5; got != want {
		t.Errorf("%g FLOPs, want %g", got, want)
	}
}
