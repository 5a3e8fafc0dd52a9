// Package sketch writes ONNX models as text, for tests. A statement stands on a line:
//
//	ir 3                            IR version; 8 unless told
//	opset 21                        of the standard operators; 15 unless told
//	input x[N 4]                    also output and value; a type may stand before the bracket: x int64[N 2], and
//	                                without a bracket neither type nor shape is declared
//	init w[4 4]                     an initializer; its numbers follow from its name
//	init s int64[2] = 0 -1          an initializer with the numbers given
//	a, b = Split(x, _) axis=1 m=abc an operator; _ leaves an input or output out; an attribute is a list of integers if
//	                                it has a comma, an integer, a number with a point, @name for a body, $name for an
//	                                attribute of the function around it, otherwise a string, as an equation is with commas
//	b = local.Block(a)              an operator of the domain before the last point
//	c = Constant() numbers=2        the value is a constant of so many numbers
//	body then ... end               a body for @then; the same statements
//	function Block(a, b) c, d ... end
//	                                a function of the domain local, with its inputs and outputs, whose nodes have no names;
//	                                the same statements, and
//	                                "attribute name" or "attribute name=value" for what it takes besides
package sketch

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"regexp"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// Endless is a model whose run never comes to its end.
const Endless = `
	input x[N 4]
	init yes bool[] = 1
	body loop
		input n int64[]
		input go bool[]
		input h[? 4]
		on = Identity(go)
		k = Sin(h)
		output on bool[]
		output k[? 4]
	end
	y = Loop(_, yes, x) body=@loop
	output y[N 4]`

// drawing is a model in the making.
type drawing struct {
	lines     []string
	ir, opset int64
	bodies    map[string]*onnxpb.GraphProto
	functions []*onnxpb.FunctionProto
}

var (
	declared   = regexp.MustCompile(`^(\S+?)(?: (\w+))?(?:\[(.*?)\])?(?: = (.*))?$`)
	operation  = regexp.MustCompile(`^(.+?) = ([\w.]+)\((.*?)\)(.*)$`)
	definition = regexp.MustCompile(`^(\w+)\((.*?)\) (.*)$`)
)

// Model reads the notation. It panics when a test has written what is none.
func Model(text string) *onnxpb.ModelProto {
	d := &drawing{lines: strings.Split(text, "\n"), ir: 8, opset: 15, bodies: make(map[string]*onnxpb.GraphProto)}
	g := d.graph("test")
	m := &onnxpb.ModelProto{
		IrVersion:    proto.Int64(d.ir),
		ProducerName: proto.String("delen"),
		OpsetImport:  d.imports(),
		Graph:        g,
		Functions:    d.functions,
	}
	if d.functions != nil {
		m.OpsetImport = append(m.OpsetImport, &onnxpb.OperatorSetIdProto{Domain: proto.String("local"), Version: proto.Int64(1)})
	}
	return m
}

func (d *drawing) imports() []*onnxpb.OperatorSetIdProto {
	return []*onnxpb.OperatorSetIdProto{{Domain: proto.String(""), Version: proto.Int64(d.opset)}}
}

// Encode writes a model, or a part of one, as a file has it.
func Encode(m proto.Message) []byte {
	data, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return data
}

func (d *drawing) graph(name string) *onnxpb.GraphProto {
	g := &onnxpb.GraphProto{Name: &name}
	for {
		word, rest, ok := d.next()
		switch {
		case !ok || word == "end":
			return g
		case strings.HasPrefix(rest, "= "): // a tensor that is called like a statement
			g.Node = append(g.Node, d.node(word+" "+rest))
		case word == "function":
			d.functions = append(d.functions, d.function(rest))
		case word == "ir":
			d.ir, _ = strconv.ParseInt(rest, 10, 64)
		case word == "opset":
			d.opset, _ = strconv.ParseInt(rest, 10, 64)
		case word == "body":
			d.bodies[rest] = d.graph(rest)
		case word == "input":
			g.Input = append(g.Input, info(rest))
		case word == "output":
			g.Output = append(g.Output, info(rest))
		case word == "value":
			g.ValueInfo = append(g.ValueInfo, info(rest))
		case word == "init":
			g.Initializer = append(g.Initializer, Weight(rest))
		default:
			g.Node = append(g.Node, d.node(word+" "+rest))
		}
	}
}

// next gives the next statement, its first word apart.
func (d *drawing) next() (word, rest string, ok bool) {
	for len(d.lines) > 0 {
		line := strings.TrimSpace(d.lines[0])
		d.lines = d.lines[1:]
		if line != "" {
			word, rest, _ = strings.Cut(line, " ")
			return word, rest, true
		}
	}
	return "", "", false
}

func (d *drawing) function(head string) *onnxpb.FunctionProto {
	part := definition.FindStringSubmatch(head)
	f := &onnxpb.FunctionProto{
		Name: proto.String(part[1]), Domain: proto.String("local"), Input: names(part[2]), Output: names(part[3]),
		OpsetImport: append(d.imports(), &onnxpb.OperatorSetIdProto{Domain: proto.String("local"), Version: proto.Int64(1)}),
	}
	for {
		word, rest, ok := d.next()
		switch {
		case !ok || word == "end":
			return f
		case word == "opset":
			f.OpsetImport[0].Version = new(int64)
			*f.OpsetImport[0].Version, _ = strconv.ParseInt(rest, 10, 64)
		case word == "body":
			d.bodies[rest] = d.graph(rest)
		case word == "attribute":
			if key, value, given := strings.Cut(rest, "="); given {
				f.AttributeProto = append(f.AttributeProto, d.attribute(part[1], key, value))
			} else {
				f.Attribute = append(f.Attribute, rest)
			}
		default:
			n := d.node(word + " " + rest)
			n.Name = nil // as exporters write them
			f.Node = append(f.Node, n)
		}
	}
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

// dtypes are the element types by the numbers of the format.
var dtypes = map[string]int32{
	"": 1, "float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6, "int64": 7, "string": 8, "bool": 9, "float16": 10,
	"float64": 11, "uint32": 12, "uint64": 13, "bfloat16": 16,
}

func dtype(name string) int32 {
	t, ok := dtypes[name]
	if !ok {
		panic("no type " + name)
	}
	return t
}

// Weight makes the constant that "init" declares.
func Weight(text string) *onnxpb.TensorProto {
	part := declared.FindStringSubmatch(text)
	w := &onnxpb.TensorProto{Name: proto.String(part[1]), DataType: proto.Int32(dtype(part[2]))}
	n := int64(1)
	for _, word := range strings.Fields(part[3]) {
		extent, _ := strconv.ParseInt(word, 10, 64)
		w.Dims = append(w.Dims, extent)
		n *= extent
	}
	values := Numbers(part[1], n)
	for i, word := range strings.Fields(part[4]) {
		f, _ := strconv.ParseFloat(word, 32)
		values[i] = float32(f)
	}
	if w.GetDataType() == 1 {
		w.FloatData = values
		return w
	}
	for _, v := range values {
		w.RawData = append(w.RawData, element(w.GetDataType(), v)...)
	}
	return w
}

// element writes a number as a file does.
func element(dtype int32, v float32) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(int64(v)))
	switch dtype {
	case dtypes["uint8"], dtypes["int8"], dtypes["bool"]:
		return b[:1]
	case dtypes["int32"], dtypes["uint32"]:
		return b[:4]
	case dtypes["int64"], dtypes["uint64"]:
		return b
	case dtypes["float64"]:
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(float64(v)))
	}
	panic(fmt.Sprintf("a weight of type %d cannot be written", dtype))
}

// Numbers returns n small numbers that follow from a name.
func Numbers(name string, n int64) []float32 {
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

func (d *drawing) node(line string) *onnxpb.NodeProto {
	part := operation.FindStringSubmatch(line)
	if part == nil {
		panic("not a statement: " + line)
	}
	op := &onnxpb.NodeProto{Output: names(part[1]), OpType: proto.String(part[2]), Input: names(part[3])}
	if at := strings.LastIndex(part[2], "."); at >= 0 {
		op.Domain, op.OpType = proto.String(part[2][:at]), proto.String(part[2][at+1:])
	}
	op.Name = proto.String("make " + part[1])
	for _, word := range strings.Fields(part[4]) {
		key, text, _ := strings.Cut(word, "=")
		op.Attribute = append(op.Attribute, d.attribute(part[1], key, text))
	}
	return op
}

func (d *drawing) attribute(output, key, text string) *onnxpb.AttributeProto {
	a := &onnxpb.AttributeProto{Name: &key}
	i, err := strconv.ParseInt(text, 10, 64)
	f, notFloat := strconv.ParseFloat(text, 32)
	switch {
	case key == "numbers":
		a.Name = proto.String("value")
		a.T, a.Type = Weight(fmt.Sprintf("%s[%d]", output, i)), onnxpb.AttributeProto_TENSOR.Enum()
		a.T.Name = nil
	case strings.HasPrefix(text, "@"):
		a.G, a.Type = d.bodies[text[1:]], onnxpb.AttributeProto_GRAPH.Enum()
	case strings.HasPrefix(text, "$"):
		a.RefAttrName, a.Type = proto.String(text[1:]), onnxpb.AttributeProto_INT.Enum()
	case strings.Contains(text, ",") && key != "equation":
		for _, word := range strings.Split(strings.Trim(text, ","), ",") {
			i, _ := strconv.ParseInt(word, 10, 64)
			a.Ints = append(a.Ints, i)
		}
		a.Type = onnxpb.AttributeProto_INTS.Enum()
	case err == nil:
		a.I, a.Type = &i, onnxpb.AttributeProto_INT.Enum()
	case notFloat == nil && strings.Contains(text, "."):
		a.F, a.Type = proto.Float32(float32(f)), onnxpb.AttributeProto_FLOAT.Enum()
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
