package graph

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// inlined tells a model's nodes after its functions were unfolded.
func inlined(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("\n")
	for _, n := range parse(t, text).nodes {
		fmt.Fprintf(&b, "%s = %s(%s)", strings.Join(n.GetOutput(), ", "), n.GetOpType(), strings.Join(n.GetInput(), ", "))
		for _, a := range n.GetAttribute() {
			if a.GetG() == nil {
				fmt.Fprintf(&b, " %s=%d", a.GetName(), a.GetI())
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestFunctionsAreUnfolded(t *testing.T) {
	for _, c := range []struct{ name, model, want string }{
		{"names of a call, two calls apart", `
			input x[N 4]
			function Block(a) b
				t = Relu(a)
				b = Add(t, a)
			end
			h = local.Block(x)
			y = local.Block(h)
			output y[N 4]`, `
Block#1/t = Relu(x)
h = Add(Block#1/t, x)
Block#2/t = Relu(h)
y = Add(Block#2/t, h)
`},
		{"attributes: of the call, by default, and neither", `
			input x[N 4]
			function Pick(a) b
				attribute axis
				attribute keep=1
				attribute free
				b = ReduceMax(a) axis=$axis keepdims=$keep select=$free
			end
			h = local.Pick(x) axis=3
			y = local.Pick(h) axis=2 keep=0
			output y[N 4]`, `
h = ReduceMax(x) axis=3 keepdims=1
y = ReduceMax(h) axis=2 keepdims=0
`},
		{"functions within functions, and attributes handed on", `
			input x[N 4]
			function Inner(a) b
				attribute axis
				b = Softmax(a) axis=$axis
			end
			function Outer(a) b
				attribute axis
				t = local.Inner(a) axis=$axis
				b = local.Inner(t) axis=7
			end
			y = local.Outer(x) axis=2
			output y[N 4]`, `
Outer#1/t = Softmax(x) axis=2
y = Softmax(Outer#1/t) axis=7
`},
		{"inputs and outputs left out, and handed on", `
			input x[N 4]
			function F(a, b, c) d, e, f
				d = Clip(a, b, c)
				e = Neg(d)
				f = Identity(a)
			end
			function G(a) a, b
				b = Relu(a)
			end
			p, _, q = local.F(x, _)
			r, s = local.G(p)
			y = Sum(p, q, r, s)
			output y[N 4]`, `
p = Clip(x, , )
F#1/e = Neg(p)
q = Identity(x)
s = Relu(p)
r = Identity(p)
y = Sum(p, q, r, s)
`},
		{"a function that nothing calls, and one of other operators", `
			input x[N 4]
			function Unused(a) b
				b = Relu(a)
			end
			function Old(a) b
				opset 9
				b = Relu(a)
			end
			y = local.Old(x)
			output y[N 4]`, `
y = Old(x)
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, inlined(t, c.model)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An exit may lie within a function, and what a body in it captures is renamed with it.
func TestExitsWithinFunctions(t *testing.T) {
	g := parse(t, `
		input x[N 4]
		function Net(a) first, second
			h = Relu(a)
			first = Neg(h)
			body then
				u = Add(h, first)
				output u
			end
			body else
				u = Neg(h)
				output u
			end
			second = If(h) then_branch=@then else_branch=@else
		end
		y1, y2 = local.Net(x)
		value Net#1/h[N 4]
		output y1[N 4]
		output y2[N 4]`)
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("1: x -> Net#1/h y1: Net#1/h y1\n2: Net#1/h y1 -> y2: y2\n", story(s)); diff != "" {
		t.Error(diff)
	}
	checkSplit(t, g, s)
	if len(g.model.Functions) != 0 {
		t.Errorf("%d functions are left that nothing calls", len(g.model.Functions))
	}
}

func TestFunctionsWithoutEnd(t *testing.T) {
	m := model(`
		input x[N 4]
		function Ouroboros(a) b
			b = local.Ouroboros(a)
		end
		y = local.Ouroboros(x)
		output y[N 4]`)
	if _, err := Parse(encode(m)); err == nil || !strings.Contains(err.Error(), `function "Ouroboros" calls itself`) {
		t.Error(err)
	}
	var bomb strings.Builder // each function calls the next one twice
	for i := range 30 {
		fmt.Fprintf(&bomb, "function F%d(a) b\nt = local.F%d(a)\nb = local.F%d(t)\nend\n", i, i+1, i+1)
	}
	bomb.WriteString("function F30(a) b\nb = Relu(a)\nend\ninput x[N 4]\ny = local.F0(x)\noutput y[N 4]")
	if _, err := Parse(encode(model(bomb.String()))); err == nil || !strings.Contains(err.Error(), "more than a million nodes") {
		t.Error(err)
	}
}

func TestAFileOfNothingButParts(t *testing.T) {
	m := model(twoExits)
	data := append(encode(m), 0x3a, 0x80, 0x80, 0x80, 0x05) // a graph of 10 MiB
	for range 5 << 20 {
		data = append(data, 0x0a, 0x00) // a node of nothing
	}
	if _, err := Parse(data); err == nil || !strings.Contains(err.Error(), "more than four million things") {
		t.Error(err)
	}
	if left := count(encode(m), m.ProtoReflect().Descriptor(), maxParts, maxNesting); left < maxParts-100 {
		t.Errorf("a small model has %d parts", maxParts-left)
	}
	if left := count(encode(m), m.ProtoReflect().Descriptor(), 3, maxNesting); left >= 0 {
		t.Errorf("a model of more than three parts leaves %d of three", left)
	}
	if proto.Size(m) > 1<<10 {
		t.Errorf("the small model has %d bytes", proto.Size(m))
	}
}

// A small file cannot have a function's attribute, or its name, written out a thousand times.
func TestFunctionsShareWhatTheyAreGiven(t *testing.T) {
	m := model("input x[N 4]\nfunction F(a) b\nattribute v\nb = Relu(a)\nend\ny = local.F(x)\noutput y[N 4]")
	long := strings.Repeat("F", 1<<16)
	m.Functions[0].Name, m.Graph.Node[0].OpType = &long, &long
	value := &onnxpb.TensorProto{DataType: proto.Int32(1), Dims: []int64{1 << 16}, RawData: make([]byte, 1<<18)}
	m.Graph.Node[0].Attribute = append(m.Graph.Node[0].Attribute, &onnxpb.AttributeProto{
		Name: proto.String("v"), Type: onnxpb.AttributeProto_TENSOR.Enum(), T: value,
	})
	for i := range 1000 {
		m.Functions[0].Node = append(m.Functions[0].Node, &onnxpb.NodeProto{
			OpType: proto.String("Constant"), Output: []string{fmt.Sprint("c", i)}, Attribute: []*onnxpb.AttributeProto{{
				Name: proto.String("value"), RefAttrName: proto.String("v"), Type: onnxpb.AttributeProto_TENSOR.Enum(),
			}},
		})
	}
	g, err := Parse(encode(m))
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	seen := make(map[*onnxpb.TensorProto]bool)
	for _, n := range g.nodes {
		size += len(n.GetOutput()[0])
		for _, a := range n.GetAttribute() {
			if !seen[a.GetT()] {
				seen[a.GetT()] = true
				size += len(a.GetT().GetRawData())
			}
		}
	}
	if len(g.nodes) != 1001 || size > 1<<20 {
		t.Errorf("%d nodes hold %d bytes", len(g.nodes), size)
	}
}
