package graph

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

const twoExits = `
	input x[N 4]
	a = Relu(x)
	y1 = Neg(a)
	y2 = Relu(a)
	value a[N 4]
	output y1[N 4]
	output y2[N 4]`

// Every mistake has a sentence that says what is wrong, where, and what to do.
var mistakes = []struct{ name, model, exits, want string }{
	{"unknown exit", twoExits, "exit1", `no tensor "exit1"; its outputs are "y1", "y2"`},
	{"misspelt exit", twoExits, "y11", `no tensor "y11" (did you mean "y1"?)`},
	{"exit named twice", twoExits, "y1 y1", `exit "y1" is named twice`},
	{"input as exit", twoExits, "x", `exit "x" is an input of the model`},
	{"empty segment", twoExits, "y1 a", `exit "a" is computed on the way to exit "y1", which comes before it`},
	{"two results of one node", "input x[N 4]\na, b = Split(x)\noutput a[N 2]\noutput b[N 2]", "",
		`exits "a" and "b" are two results of one node "make a, b" (Split)`},
	{"initializer as exit", "input x[N 4]\ninit w[4]\ny = Mul(x, w)\noutput y[N 4]", "w", `exit "w" does not depend on any`},
	{"constant exit", "input x[N 4]\nk = Constant() numbers=4\ny = Mul(x, k)\noutput y[N 4]\noutput k[4]", "",
		`exit "k" does not depend on any input's values`},
	{"exit that follows from constants", "input x[N 4]\nk = Constant() numbers=4\nn = Neg(k)\ny = Mul(x, n)\noutput y[N 4]", "n",
		`exit "n" does not depend on any input's values`},
	{"exit that follows from chance", "input x[N 4]\nr = RandomNormal()\nn = Neg(r)\ny = Mul(x, n)\noutput y[N 4]", "n",
		`exit "n" does not depend on any input's values`},
	{"shape as exit", "input x[N 4]\nk = Shape(x)\ny = Mul(x, k)\noutput y[N 4]", "k", `exit "k" does not depend on any`},
	{"exit inside a body", "body then\ninside = Relu(x)\noutput inside\nend\ninput x[N 4]\n" +
		"y = If(x) then_branch=@then else_branch=@then\noutput y[N 4]", "inside", `lies in a body of node "make y" (If)`},
	{"no outputs", "input x[N 4]\ny = Relu(x)", "", "name the tensors that are its exits"},
	{"no inputs", "y = Constant() numbers=4\noutput y[4]", "", "the model has no inputs"},
	{"no nodes", "input x[N 4]\noutput x[N 4]", "", "graph is empty"},
	{"missing input", "input pixels[N 4]\ny = Relu(pixel)\noutput y[N 4]", "",
		`node "make y" (Relu) reads tensor "pixel", which nothing makes: the model is incomplete (did you mean "pixels"?)`},
	{"missing capture", "body b\nr = Relu(gone)\noutput r\nend\ninput x[N 4]\n" +
		"y = If(x) then_branch=@b else_branch=@b\noutput y[N 4]", "", `reads tensor "gone"`},
	{"missing output", "input x[N 4]\ny = Relu(x)\noutput z[N 4]", "", `output "z" is a tensor that nothing makes`},
	{"cycle", "input x[N 4]\na = Add(x, b)\nb = Relu(a)\noutput b[N 4]", "", "the model has a cycle through tensor"},
	{"a node that reads itself", "input x[N 4]\na = Add(x, a)\noutput a[N 4]", "", "cycle"},
	{"two makers", "input x[N 4]\na = Relu(x)\na = Neg(x)\noutput a[N 4]", "", `makes tensor "a", which node "make a" (Relu)`},
	{"an input made again", "input x[N 4]\nx = Relu(x)\noutput x[N 4]", "", "which an input of the model makes too"},
	{"two inputs of one name", "input x[N 4]\ninput x[N 4]\ny = Relu(x)\noutput y[N 4]", "", `two inputs "x"`},
	{"two outputs of one name", "input x[N 4]\ny = Relu(x)\noutput y[N 4]\noutput y[N 4]", "", `two outputs "y"`},
	{"strings", "input x string[N 4]\ny = Cast(x)\noutput y[N 4]", "",
		`tensor "x" holds strings, which a request cannot carry; it is an input`},
	{"no row axis", "input x[]\ny = Relu(x)\noutput y[N 4]", "", "a single number without a row axis"},
	{"rows elsewhere", strings.ReplaceAll(twoExits, "value a[N 4]", "value a[49 N 4]"), "",
		"tensor a float32[49 ? 4] does not begin with the row axis, as the model's inputs do (any number of rows); " +
			"it is needed up to segment 2"},
	{"different rows", "input x[2 4]\ninput z[3 4]\ny = Add(x, z)\noutput y[2 4]", "", "(rows: 2)"},
	{"beyond reason", "input x[N 4000000000 4000000000]\ny = Relu(x)\noutput y[N 4]", "", "its shape is damaged"},
}

func TestMistakesAreExplained(t *testing.T) {
	for _, c := range mistakes {
		t.Run(c.name, func(t *testing.T) {
			g, err := Parse(encode(model(c.model)))
			if err == nil {
				_, err = g.Split(strings.Fields(c.exits))
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is\n%v\nand should say\n%s", err, c.want)
			}
		})
	}
}

func TestSequencesCannotCross(t *testing.T) {
	m := model(twoExits)
	m.Graph.ValueInfo[0].Type = &onnxpb.TypeProto{Value: &onnxpb.TypeProto_SequenceType{}}
	g, err := Parse(encode(m))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = g.Split(nil); err == nil || !strings.Contains(err.Error(), `"a" is a sequence, which a request cannot carry`) {
		t.Error(err)
	}
}

func TestTooManyExits(t *testing.T) {
	exits := make([]string, maxExits+1)
	if _, err := parse(t, twoExits).Split(exits); err == nil || !strings.Contains(err.Error(), "more than 256") {
		t.Error(err)
	}
}

// A file cut off anywhere is refused, or is a smaller model.
func TestTruncatedFiles(t *testing.T) {
	data := encode(model(caseModel("the bodies of an If capture")))
	refused := 0
	for n := range data {
		g, err := Parse(data[:n])
		if err != nil {
			refused++
			continue
		}
		exercise(g)
	}
	if refused < len(data)*9/10 {
		t.Errorf("only %d of %d pieces of a file were refused", refused, len(data))
	}
}

// Bodies within bodies are followed to a depth that no exporter reaches, and refused beyond it.
func TestDeepNesting(t *testing.T) {
	deep := func(n int) []byte {
		g := model("input x[N 4]\nr = Relu(x)\noutput r[N 4]").Graph
		for range n {
			g.Input = nil
			outer := model("input x[N 4]\nr = If(x)\noutput r[N 4]").Graph
			outer.Node[0].Attribute = []*onnxpb.AttributeProto{{Name: proto.String("then_branch"), G: g}}
			g = outer
		}
		return encode(&onnxpb.ModelProto{IrVersion: proto.Int64(8), Graph: g})
	}
	if g, err := Parse(deep(30)); err != nil {
		t.Error(err)
	} else if s, err := g.Split(nil); err != nil || s.Segments[0].Nodes != 1 {
		t.Error(s, err)
	}
	if _, err := Parse(deep(1000)); err == nil {
		t.Error("a thousand bodies within each other were accepted")
	}
}

// exercise does with a graph everything that can be done.
func exercise(g *Graph) {
	s, err := g.Split(nil)
	if err != nil {
		return
	}
	for _, seg := range s.Segments {
		_, _ = s.Model(seg.Number)
	}
	_, _ = g.WithOutputs(s.Unresolved())
	_, _ = g.OneRow(s.Uncounted())
	_ = s.Resolve(alike(s.Unresolved(), []int64{-1, 4}))
	_ = s.Resolve(alike(s.Uncounted(), []int64{1, 4}))
}

// alike gives all names one type and shape.
func alike(names []string, shape []int64) []Tensor {
	list := make([]Tensor, len(names))
	for i, name := range names {
		list[i] = Tensor{Name: name, Type: Float32, Shape: shape}
	}
	return list
}

func FuzzParse(f *testing.F) {
	for _, c := range splits {
		f.Add(encode(model(c.model)))
	}
	for _, c := range mistakes {
		f.Add(encode(model(c.model)))
	}
	f.Add(encode(model("input x[N 4]\nfunction F(a) b, c\nattribute v=1\nbody y\nu = Neg(a)\noutput u\nend\nb = If(a) then_branch=@y else_branch=@y\n" +
		"c = local.G(b) k=$v\nend\nfunction G(a) b\nopset 9\nb = Relu(a)\nend\np, q = local.F(x)\nr, _ = local.F(p) v=2\noutput q[N 4]\noutput r[N 4]")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if g, err := Parse(data); err == nil {
			exercise(g)
		}
	})
}
