package actors_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// pixels is the input of the big model: a picture as a camera gives it, 150,528 bytes.
var pixels = []int64{1, 3, 224, 224}

const pixelBytes = 3 * 224 * 224

// bigPicture is an input of the big model.
func bigPicture(seed int) *wire.Tensor {
	data := make([]byte, pixelBytes)
	for i := range data {
		data[i] = byte(i * seed)
	}
	return &wire.Tensor{Dtype: wire.DType_UINT8, Shape: pixels, Data: data}
}

// bigModel writes a network of three exits with a large input and little to compute, about 2 ms: what floods a node is
// bytes. Its weights are always the same. It gives the path.
func bigModel(t testing.TB) string {
	t.Helper()
	b := &builder{rng: rand.New(rand.NewPCG(1, 1)), graph: &onnxpb.GraphProto{Name: proto.String("big")}}
	b.graph.Input = []*onnxpb.ValueInfoProto{tensorInfo("pixels", stages.Uint8, -1, 3, 224, 224)}
	b.node("Cast", "pixels", "numbers", integer("to", int64(stages.Float32)))
	b.weight("scale", []float32{1. / 255}, 1)
	b.node("Mul", "numbers scale", "scaled")
	b.node("AveragePool", "scaled", "small", integers("kernel_shape", 4, 4), integers("strides", 4, 4))
	b.block("small", 3, 48, 2)
	b.block("body1", 48, 96, 1)
	b.block("body2", 96, 160, 1)
	data, err := proto.Marshal(&onnxpb.ModelProto{
		IrVersion: proto.Int64(8), OpsetImport: []*onnxpb.OperatorSetIdProto{{Version: proto.Int64(13)}}, Graph: b.graph,
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "big.onnx")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// builder adds to a graph.
type builder struct {
	rng    *rand.Rand
	graph  *onnxpb.GraphProto
	blocks int
}

// block adds a convolution and, on what it gives, an exit of ten classes.
func (b *builder) block(input string, from, to, stride int64) {
	b.blocks++
	n := string(rune('0' + b.blocks))
	b.random("kernel"+n, to, from, 3, 3)
	b.node("Conv", input+" kernel"+n, "conv"+n, integers("kernel_shape", 3, 3), integers("strides", stride, stride), integers("pads", 1, 1, 1, 1))
	b.node("Relu", "conv"+n, "body"+n)
	b.node("GlobalAveragePool", "body"+n, "mean"+n)
	b.node("Flatten", "mean"+n, "flat"+n)
	b.random("head"+n, to, 10)
	b.node("Gemm", "flat"+n+" head"+n, "exit"+n)
	b.graph.Output = append(b.graph.Output, tensorInfo("exit"+n, stages.Float32, -1, 10))
}

func (b *builder) node(kind, inputs, output string, attributes ...*onnxpb.AttributeProto) {
	b.graph.Node = append(b.graph.Node, &onnxpb.NodeProto{
		OpType: &kind, Name: &output, Input: strings.Fields(inputs), Output: []string{output}, Attribute: attributes,
	})
}

// random adds a weight that keeps the size of what goes through it.
func (b *builder) random(name string, dims ...int64) {
	all, in := int64(1), int64(1)
	for i, d := range dims {
		all *= d
		if i > 0 {
			in *= d
		}
	}
	values := make([]float32, all)
	for i := range values {
		values[i] = float32(b.rng.NormFloat64() * math.Sqrt(2/float64(in)))
	}
	b.weight(name, values, dims...)
}

func (b *builder) weight(name string, values []float32, dims ...int64) {
	var raw []byte
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	b.graph.Initializer = append(b.graph.Initializer, &onnxpb.TensorProto{
		Name: &name, Dims: dims, DataType: proto.Int32(int32(stages.Float32)), RawData: raw,
	})
}

// tensorInfo declares a tensor. A dimension of -1 is open.
func tensorInfo(name string, kind stages.DType, dims ...int64) *onnxpb.ValueInfoProto {
	shape := &onnxpb.TensorShapeProto{}
	for _, n := range dims {
		d := &onnxpb.TensorShapeProto_Dimension{}
		if n >= 0 {
			d.Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: n}
		}
		shape.Dim = append(shape.Dim, d)
	}
	tensor := &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(int32(kind)), Shape: shape}
	return &onnxpb.ValueInfoProto{Name: &name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{TensorType: tensor}}}
}

func integer(name string, value int64) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: &name, Type: onnxpb.AttributeProto_INT.Enum(), I: &value}
}

func integers(name string, values ...int64) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: &name, Type: onnxpb.AttributeProto_INTS.Enum(), Ints: values}
}
