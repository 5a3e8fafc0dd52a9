package config

import (
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/internal/sketch"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/graph"
	"github.com/delen-edge/delen/stages/graph/onnxpb"
	"github.com/delen-edge/delen/stages/profile"
)

// network is the model of the fixtures: a picture of 4x4 gray pixels, two
// exits "early" and "late" that tell three classes apart.
//
//	x -> Flatten -> flat -> MatMul w1 -> h -> MatMul v1 -> early
//	                                     h -> MatMul w2 -> g -> MatMul v2 -> late
func network() *onnxpb.ModelProto {
	return &onnxpb.ModelProto{
		IrVersion:   proto.Int64(8),
		OpsetImport: []*onnxpb.OperatorSetIdProto{{Domain: proto.String(""), Version: proto.Int64(13)}},
		Graph: &onnxpb.GraphProto{
			Name: proto.String("tiny"),
			Node: []*onnxpb.NodeProto{
				operator("Flatten", "flat", "x"),
				operator("MatMul", "h", "flat", "w1"),
				operator("MatMul", "early", "h", "v1"),
				operator("MatMul", "g", "h", "w2"),
				operator("MatMul", "late", "g", "v2"),
			},
			Initializer: []*onnxpb.TensorProto{
				weights("w1", 16, 8), weights("v1", 8, 3), weights("w2", 8, 8), weights("v2", 8, 3),
			},
			Input:     []*onnxpb.ValueInfoProto{floats("x", 1, 4, 4)},
			Output:    []*onnxpb.ValueInfoProto{floats("late", 3), floats("early", 3)},
			ValueInfo: []*onnxpb.ValueInfoProto{floats("flat", 16), floats("h", 8), floats("g", 8)},
		},
	}
}

func operator(kind, output string, inputs ...string) *onnxpb.NodeProto {
	return &onnxpb.NodeProto{OpType: proto.String(kind), Input: inputs, Output: []string{output}}
}

func weights(name string, rows, columns int64) *onnxpb.TensorProto {
	return &onnxpb.TensorProto{
		Name: proto.String(name), Dims: []int64{rows, columns}, DataType: proto.Int32(1),
		RawData: make([]byte, 4*rows*columns),
	}
}

// floats declares a tensor with any number of rows of the given shape.
func floats(name string, row ...int64) *onnxpb.ValueInfoProto {
	shape := &onnxpb.TensorShapeProto{Dim: []*onnxpb.TensorShapeProto_Dimension{
		{Value: &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: "N"}},
	}}
	for _, n := range row {
		shape.Dim = append(shape.Dim, &onnxpb.TensorShapeProto_Dimension{
			Value: &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: n},
		})
	}
	return &onnxpb.ValueInfoProto{Name: &name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{
		TensorType: &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(1), Shape: shape},
	}}}
}

// write puts a file with its folders below dir.
func write(t testing.TB, dir, name string, content []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// odd is a model whose first exit gives probabilities, whose second is a picture
// and whose third tells more classes apart.
const odd = `
	input x[N 4]
	init w[4 6]
	y1 = Softmax(x)
	a = Neg(x)
	r = Relu(a)
	y2 = Reshape(r, to)
	init to int64[3] = 0 2 2
	y3 = MatMul(r, w)
	output y1[N 4]
	output y2[N 2 2]
	output y3[N 6]`

// open is a model for texts of any length, and decided one that gives decisions.
const (
	open    = "input x int64[N L]\na = Cast(x) to=1\ny = Neg(a)\noutput y[N L]"
	decided = "input x[N 4]\ny1 = ReduceMax(x) axes=1,\na = Neg(x)\ny2 = ArgMax(a) axis=1 keepdims=0\noutput y1[N 1]\noutput y2 int64[N]"
)

// sure is a model whose first exit is what a Softmax gave, in another shape, whose second is that of a Sigmoid, and whose third is
// one of logits.
const sure = `
	input x[N 4]
	init to int64[2] = 0 4
	p = Softmax(x)
	same = Identity(p)
	first = Reshape(same, to)
	n = Neg(x)
	second = Sigmoid(n)
	third = LogSoftmax(n)
	output first[N 4]
	output second[N 4]
	output third[N 4]`

// strange is a model with an operator that nobody knows.
const strange = "input x[N 4]\ny = strange.Mix(x)\noutput y[N 4]"

// house fills a folder with what fixtures name: everything in testdata/files,
// the model as tiny.onnx, its segments as first.onnx and second.onnx, it again
// without the types inside as silent.onnx, with the latter's digest in the profile
// digest.json, with two inputs as two-inputs.onnx, and with eight rows at a time
// as eight.onnx; odd.onnx is odd, open.onnx open, and
// decided.onnx decided. The model of the documentation is reader.onnx. With an input of
// 16 samples the model is sound.onnx, with an axis more mono.onnx, with samples of
// 64 bits double.onnx. sure.onnx is sure, strange.onnx strange.
func house(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/files")); err != nil {
		t.Fatal(err)
	}
	silent := network()
	silent.Graph.ValueInfo = nil
	two := network()
	two.Graph.Input = append(two.Graph.Input, floats("y", 8))
	two.Graph.Node[3].Input[0] = "y"
	sound, mono, double := network(), network(), network()
	sound.Graph.Input[0], mono.Graph.Input[0], double.Graph.Input[0] = floats("x", 16), floats("x", 1, 16), floats("x", 16)
	double.Graph.Input[0].Type.GetTensorType().ElemType = proto.Int32(int32(graph.Float64))
	eight := network()
	eight.Graph.ValueInfo = nil
	for _, v := range append(eight.Graph.Input, eight.Graph.Output...) {
		v.Type.GetTensorType().Shape.Dim[0].Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: 8}
	}
	for name, m := range map[string]*onnxpb.ModelProto{
		"tiny.onnx": network(), "reader.onnx": network(), "silent.onnx": silent, "two-inputs.onnx": two,
		"odd.onnx": sketch.Model(odd), "open.onnx": sketch.Model(open), "decided.onnx": sketch.Model(decided), "sure.onnx": sketch.Model(sure), "strange.onnx": sketch.Model(strange),
		"sound.onnx": sound, "mono.onnx": mono, "double.onnx": double, "eight.onnx": eight,
	} {
		b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, name, b)
	}
	_, split, err := graph.Cut([]string{filepath.Join(dir, "tiny.onnx")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"first.onnx", "second.onnx"} {
		segment, err := split.Model(i + 1)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, name, segment)
	}
	sum, err := stages.Digest(filepath.Join(dir, "silent.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	p := &profile.Profile{Model: "tiny", Digest: sum, Source: profile.Modelled, Exits: []profile.Exit{{Name: "early"}, {Name: "late"}}}
	if err := p.Write(filepath.Join(dir, "digest.json")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// What a profile says of batches does not hold for a model that insists on a number of rows.
func TestBatchesAreThoseOfTheProfile(t *testing.T) {
	cost := func(s float64) profile.Cost { return profile.Cost{Median: &s} }
	p := &profile.Profile{Exits: make([]profile.Exit, 1), Segments: []profile.Segment{{Rows: map[int]profile.Cost{1: cost(1), 4: cost(2)}}}}
	for _, c := range []struct {
		m     Model
		batch int
		want  int
	}{
		{Model{Profile: p}, 8, 4}, {Model{Profile: p}, 2, 2}, {Model{Profile: p}, 1, 1}, {Model{Profile: p, Fixed: true}, 8, 1}, {Model{}, 8, 1},
	} {
		c.m.Exits = []string{"exit"}
		got := (&Config{Scheduler: Scheduler{Batch: c.batch}}).Batches(&c.m)
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("%+v, batch = %d: %v rows, want %d", c.m, c.batch, got, c.want)
		}
	}
}
