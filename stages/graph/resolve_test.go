package graph

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// A model whose file says nothing of a (which crosses) and b (which does not).
const silent = `
	input x[N 4]
	a = Relu(x)
	y1 = Neg(a)
	b = Relu(a)
	y2 = Neg(b)
	output y1[N 4]
	output y2[N 4]`

func TestWhatTheFileLeavesOpenIsToldOnce(t *testing.T) {
	g := parse(t, silent)
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Unresolved(); !slices.Equal(got, []string{"a"}) {
		t.Errorf("unresolved: %q", got)
	}
	if got := s.Uncounted(); !slices.Equal(got, []string{"b"}) {
		t.Errorf("uncounted: %q", got)
	}
	if s.Segments[0].HiddenBytes != -1 || !math.IsNaN(s.Segments[1].FLOPs) {
		t.Error("what is not known is given as known")
	}
	if _, err := s.Model(2); err == nil || !strings.Contains(err.Error(), `does not give the type of tensor "a"`) {
		t.Error("segment 2:", err)
	}
	if err := s.Resolve([]Tensor{{Name: "a", Type: Float32, Shape: []int64{-1, 4}}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Resolve([]Tensor{{Name: "b", Type: Float32, Shape: []int64{-1, 4}}}); err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(s.Segments[1].FLOPs) {
		t.Error("who was asked for one row did not know the first dimension, and it was guessed")
	}
	if err := s.Resolve([]Tensor{{Name: "b", Type: Float32, Shape: []int64{1, 4}}}); err != nil {
		t.Fatal(err)
	}
	if len(s.Unresolved())+len(s.Uncounted()) > 0 || s.FixedRows != 0 {
		t.Errorf("unresolved %q, uncounted %q, rows %d", s.Unresolved(), s.Uncounted(), s.FixedRows)
	}
	if s.Segments[0].HiddenBytes != 16 || s.Segments[0].FLOPs != 8 || s.Segments[1].FLOPs != 8 {
		t.Errorf("%+v", s.Segments)
	}
	checkSplit(t, g, s)
}

func TestResolveRefusesContradictions(t *testing.T) {
	for _, c := range []struct {
		told Tensor
		want string
	}{
		{Tensor{Name: "nothing", Type: Float32, Shape: nil}, `no tensor "nothing"`},
		{Tensor{Name: "x", Type: Int64, Shape: []int64{-1, 4}}, `tensor "x": told to be x int64[? 4], but the model says x float32[? 4]`},
		{Tensor{Name: "x", Type: Float32, Shape: []int64{-1, 5}}, "but the model says"},
		{Tensor{Name: "x", Type: Float32, Shape: []int64{4}}, "but the model says"},
		{Tensor{Name: "a", Type: 99, Shape: []int64{-1, 4}}, "no type that a request can carry"},
		{Tensor{Name: "a", Type: Float32, Shape: []int64{9, 4}}, "does not begin with the row axis"},
		{Tensor{Name: "a", Type: Float32, Shape: []int64{}}, "a single number without a row axis"},
		{Tensor{Name: "a", Type: Float32, Shape: []int64{1 << 30, 1 << 30}}, "its shape is damaged"},
	} {
		s, err := parse(t, silent).Split(nil)
		if err != nil {
			t.Fatal(err)
		}
		good := Tensor{Name: "a", Type: Float32, Shape: nil}
		if err := s.Resolve([]Tensor{good, c.told}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("told %s: %v; should say %s", c.told, err, c.want)
		}
		if len(s.told) > 0 || s.Tensors[1].Type != Unknown {
			t.Errorf("told %s: an error left something changed", c.told)
		}
	}
}

func unmarshal(t *testing.T, data []byte, err error) *onnxpb.ModelProto {
	t.Helper()
	m := &onnxpb.ModelProto{}
	if err == nil {
		err = proto.Unmarshal(data, m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The models that ask a runtime declare what is asked for by name alone.
func TestModelsThatAsk(t *testing.T) {
	g := parse(t, silent+"\nvalue a[N 4]")
	before := encode(g.model)
	data, err := g.WithOutputs([]string{"a", "y1"})
	m := unmarshal(t, data, err).GetGraph()
	if len(m.Node) != 4 || len(m.Output) != 3 || m.Output[2].GetName() != "a" || m.Output[2].Type != nil || len(m.ValueInfo) != 1 {
		t.Errorf("with outputs: %v", m)
	}
	data, err = g.OneRow([]string{"b"})
	m = unmarshal(t, data, err).GetGraph()
	if got := describe(m.Input[0]).String(); got != "x float32[1 4]" || m.Output[0].Type != nil || len(m.Output) != 3 || len(m.ValueInfo) > 0 {
		t.Errorf("one row: %v", m)
	}
	if _, err := g.WithOutputs([]string{"c"}); err == nil {
		t.Error("a tensor that is not there was asked for")
	}
	if !bytes.Equal(before, encode(g.model)) {
		t.Errorf("asking changed the graph: %v", g.model)
	}
}
