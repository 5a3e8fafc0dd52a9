package graph

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// The tests write models as text, one statement to a line:
//
//	ir 3                            IR version; 8 unless told
//	input x[N 4]                    also output and value; a type may stand before the bracket: x int64[N 2], and
//	                                without a bracket neither type nor shape is declared
//	init w[4 4]                     an initializer; its numbers follow from its name
//	a, b = Split(x, _) axis=1 m=abc an operator; _ leaves an input or output out; an attribute is a list of integers if
//	                                it has a comma, an integer, @name for a body, otherwise a string
//	c = Constant() numbers=2        the value is a constant of so many numbers
//	body then ... end               a body for @then; the same statements
type notation struct {
	lines  []string
	ir     int64
	bodies map[string]*onnxpb.GraphProto
}

var (
	declared  = regexp.MustCompile(`^(\S+?)(?: (\w+))?(?:\[(.*)\])?$`)
	operation = regexp.MustCompile(`^(.+?) = (\w+)\((.*?)\)(.*)$`)
)

// model reads the notation.
func model(text string) *onnxpb.ModelProto {
	n := &notation{lines: strings.Split(text, "\n"), ir: 8, bodies: make(map[string]*onnxpb.GraphProto)}
	g := n.graph("test")
	return &onnxpb.ModelProto{
		IrVersion:    proto.Int64(n.ir),
		ProducerName: proto.String("delen"),
		OpsetImport:  []*onnxpb.OperatorSetIdProto{{Domain: proto.String(""), Version: proto.Int64(15)}},
		Graph:        g,
	}
}

// parse reads the notation all the way into a Graph.
func parse(t *testing.T, text string) *Graph {
	t.Helper()
	g, err := Parse(encode(model(text)))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func encode(m proto.Message) []byte {
	data, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return data
}

func (n *notation) graph(name string) *onnxpb.GraphProto {
	g := &onnxpb.GraphProto{Name: &name}
	for len(n.lines) > 0 {
		line := strings.TrimSpace(n.lines[0])
		n.lines = n.lines[1:]
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "":
		case word == "end":
			return g
		case word == "body":
			n.bodies[rest] = n.graph(rest)
		case word == "ir":
			n.ir, _ = strconv.ParseInt(rest, 10, 64)
		case word == "input":
			g.Input = append(g.Input, info(rest))
		case word == "output":
			g.Output = append(g.Output, info(rest))
		case word == "value":
			g.ValueInfo = append(g.ValueInfo, info(rest))
		case word == "init":
			g.Initializer = append(g.Initializer, weight(rest))
		default:
			g.Node = append(g.Node, n.node(line))
		}
	}
	return g
}

func info(text string) *onnxpb.ValueInfoProto {
	part := declared.FindStringSubmatch(text)
	v := &onnxpb.ValueInfoProto{Name: proto.String(part[1])}
	if !strings.Contains(text, "[") {
		return v
	}
	shape := &onnxpb.TensorShapeProto{}
	for _, word := range strings.Fields(part[3]) {
		d := &onnxpb.TensorShapeProto_Dimension{}
		if i, err := strconv.ParseInt(word, 10, 64); err == nil {
			d.Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: i}
		} else if word != "?" {
			d.Value = &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: word}
		}
		shape.Dim = append(shape.Dim, d)
	}
	v.Type = &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{
		TensorType: &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(dtype(part[2])), Shape: shape},
	}}
	return v
}

func dtype(name string) int32 {
	if name == "" {
		return int32(Float32)
	}
	if name == "string" {
		return 8
	}
	for t, d := range dtypes {
		if d.name == name {
			return int32(t)
		}
	}
	panic("no type " + name)
}

func weight(text string) *onnxpb.TensorProto {
	v := describe(info(text))
	n, _ := elements(v.Shape)
	return &onnxpb.TensorProto{
		Name: proto.String(v.Name), Dims: v.Shape, DataType: proto.Int32(int32(v.Type)), FloatData: numbers(v.Name, n),
	}
}

// numbers returns n small numbers that follow from a name.
func numbers(name string, n int64) []float32 {
	h := fnv.New64a()
	h.Write([]byte(name))
	seed := h.Sum64()
	list := make([]float32, n)
	for i := range list {
		seed = seed*6364136223846793005 + 1442695040888963407
		list[i] = float32(int(seed>>33)%17-8) / 8
	}
	return list
}

func (n *notation) node(line string) *onnxpb.NodeProto {
	part := operation.FindStringSubmatch(line)
	if part == nil {
		panic("not a statement: " + line)
	}
	op := &onnxpb.NodeProto{Output: names(part[1]), OpType: proto.String(part[2]), Input: names(part[3])}
	op.Name = proto.String("make " + part[1])
	for _, word := range strings.Fields(part[4]) {
		key, text, _ := strings.Cut(word, "=")
		op.Attribute = append(op.Attribute, n.attribute(part[1], key, text))
	}
	return op
}

func (n *notation) attribute(output, key, text string) *onnxpb.AttributeProto {
	a := &onnxpb.AttributeProto{Name: &key}
	i, err := strconv.ParseInt(text, 10, 64)
	switch {
	case key == "numbers":
		a.Name = proto.String("value")
		a.T, a.Type = weight(fmt.Sprintf("%s[%d]", output, i)), onnxpb.AttributeProto_TENSOR.Enum()
		a.T.Name = nil
	case strings.HasPrefix(text, "@"):
		a.G, a.Type = n.bodies[text[1:]], onnxpb.AttributeProto_GRAPH.Enum()
	case strings.Contains(text, ","):
		for _, word := range strings.Split(text, ",") {
			i, _ := strconv.ParseInt(word, 10, 64)
			a.Ints = append(a.Ints, i)
		}
		a.Type = onnxpb.AttributeProto_INTS.Enum()
	case err == nil:
		a.I, a.Type = &i, onnxpb.AttributeProto_INT.Enum()
	default:
		a.S, a.Type = []byte(text), onnxpb.AttributeProto_STRING.Enum()
	}
	return a
}

func names(list string) []string {
	if list == "" {
		return nil
	}
	words := strings.Split(list, ", ")
	for i, w := range words {
		if w == "_" {
			words[i] = ""
		}
	}
	return words
}
