package graph

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// story tells a split in words: for each segment what goes in, what comes out, and the nodes by their first results.
func story(s *Split) string {
	var b strings.Builder
	list := func(at []int) string {
		var words []string
		for _, i := range at {
			words = append(words, s.Tensors[i].Name)
		}
		return strings.Join(words, " ")
	}
	for i, seg := range s.Segments {
		var nodes []string
		for _, n := range s.members[i] {
			nodes = append(nodes, s.graph.nodes[n].GetOutput()[0])
		}
		fmt.Fprintf(&b, "%d: %s -> %s: %s\n", seg.Number, list(seg.In), list(seg.Out), strings.Join(nodes, " "))
	}
	return b.String()
}

// The cases that a split must get right, each told as a model, its exits ("" finds them) and what becomes of it.
var splits = []struct{ name, model, exits, want string }{
	{"a chain with a head at each end", `
		input x[N 4]
		init w1[4 4]
		init w2[4 4]
		a = Relu(x)
		y1 = MatMul(a, w1)
		b = Neg(a)
		y2 = MatMul(b, w2)
		value a[N 4]
		output y2[N 4]
		output y1[N 4]`, "", `
		1: x -> a y1: a y1
		2: a -> y2: b y2`},
	{"dense: every earlier tensor crosses", `
		input x[N 4]
		a = Relu(x)
		b = Add(x, a)
		y1 = Neg(b)
		c = Add(a, b)
		d = Add(c, b)
		y2 = Neg(d)
		e = Add(a, d)
		y3 = Add(e, c)
		value a[N 4]
		value b[N 4]
		value c[N 4]
		value d[N 4]
		output y1[N 4]
		output y2[N 4]
		output y3[N 4]`, "", `
		1: x -> a b y1: a b y1
		2: a b -> c d y2: c d y2
		3: a c d -> y3: e y3`},
	{"a residual connection across a cut", `
		input x[N 4]
		a = Relu(x)
		b = Neg(a)
		y1 = Identity(b)
		c = Add(a, b)
		y2 = Identity(c)
		value a[N 4]
		value b[N 4]
		output y1[N 4]
		output y2[N 4]`, "", `
		1: x -> a b y1: a b y1
		2: a b -> y2: c y2`},
	{"a tensor that skips a segment", `
		input x[N 4]
		a = Relu(x)
		y1 = Neg(a)
		b = Neg(y1)
		y2 = Relu(b)
		y3 = Add(a, y2)
		value a[N 4]
		output y1[N 4]
		output y2[N 4]
		output y3[N 4]`, "", `
		1: x -> a y1: a y1
		2: y1 -> y2: b y2
		3: a y2 -> y3: y3`},
	{"an input used late, and one of another type", `
		input x[N 4]
		input late int64[N 4]
		y1 = Relu(x)
		f = Cast(late) to=1
		y2 = Add(y1, f)
		output y1[N 4]
		output y2[N 4]`, "", `
		1: x -> y1: y1
		2: late y1 -> y2: f y2`},
	{"heads that share a weight", `
		input x[N 4]
		init head[4 4]
		a = Relu(x)
		y1 = MatMul(a, head)
		b = Neg(a)
		y2 = MatMul(b, head)
		value a[N 4]
		output y1[N 4]
		output y2[N 4]`, "", `
		1: x -> a y1: a y1
		2: a -> y2: b y2`},
	{"constants and what follows from them are cloned, and dropped where nothing needs them", `
		input x[N 4]
		init w[4]
		k = Constant() numbers=4
		scaled = Mul(k, w)
		unused = Neg(scaled)
		lost = Relu(x)
		y1 = Mul(x, scaled)
		y2 = Mul(y1, scaled)
		output y1[N 4]
		output y2[N 4]`, "", `
		1: x -> y1: k scaled y1
		2: y1 -> y2: k scaled y2`},
	{"constants make an exit no deeper", `
		input x[N 4]
		k = Constant() numbers=4
		l = Neg(k)
		m = Neg(l)
		y1 = Mul(x, m)
		a = Neg(x)
		y2 = Relu(a)
		output y2[N 4]
		output y1[N 4]`, "", `
		1: x -> y1: k l m y1
		2: x -> y2: a y2`},
	{"a shape does not cross: it is taken again", `
		input x[N 4]
		s = Shape(x)
		t = Neg(s)
		y1 = Add(x, t)
		y2 = Add(y1, t)
		output y1[N 4]
		output y2[N 4]`, "", `
		1: x -> y1: s t y1
		2: x y1 -> y2: s t y2`},
	{"what only random numbers make is not cloned", `
		input x[N 4]
		r = RandomNormal() shape=1,4
		a = Add(x, r)
		y1 = Relu(a)
		y2 = Add(y1, r)
		value r[N 4]
		output y1[N 4]
		output y2[N 4]`, "", `
		1: x -> r y1: r a y1
		2: r y1 -> y2: y2`},
	{"the bodies of an If capture", `
		input x[N 4]
		init w[4 4]
		a = Relu(x)
		b = Neg(x)
		y1 = Add(b, x)
		body then
			t = Add(a, w)
			output t
		end
		body inner
			i = Neg(b)
			output i
		end
		body else
			e = If(x) then_branch=@inner else_branch=@inner
			output e
		end
		y2 = If(y1) then_branch=@then else_branch=@else
		value b[N 4]
		output y1[N 4]
		output y2[N 4]`, "", `
		1: x -> b y1: b y1
		2: x b y1 -> y2: a y2`},
	{"a body that gives out what lies outside; an input that nothing needs", `
		input x[N 4]
		input unused[N 4]
		a = Relu(x)
		b = Neg(unused)
		body give
			output a
		end
		y1 = Neg(x)
		y2 = If(y1) then_branch=@give else_branch=@give
		output b[N 4]
		output y1[N 4]
		output y2[N 4]`, "y1 y2", `
		1: x -> y1: y1
		2: x y1 -> y2: a y2`},
	{"one node with two results on either side", `
		input x[N 4]
		a, b = Split(x) axis=1
		y1 = Relu(a)
		y2 = Add(b, y1)
		value b[N 2]
		output y1[N 2]
		output y2[N 2]`, "", `
		1: x -> b y1: a y1
		2: b y1 -> y2: y2`},
	{"exits named inside the model; outputs that are none are dropped", `
		input x[N 4]
		a = Relu(x)
		b = Neg(a)
		c = Identity(b)
		d = Neg(c)
		value a[N 4]
		value c[N 4]
		output d[N 4]`, "a c", `
		1: x -> a: a
		2: a -> c: b c`},
	{"the user's order counts, as long as each exit adds something", `
		input x[N 4]
		a = Relu(x)
		b = Neg(a)
		y1 = Neg(b)
		y2 = Relu(a)
		value a[N 4]
		output y1[N 4]
		output y2[N 4]`, "y1 y2", `
		1: x -> a y1: a b y1
		2: a -> y2: y2`},
	{"before IR version 4 initializers are inputs too", `
		ir 3
		input x[N 4]
		input w[4 4]
		init w[4 4]
		a = MatMul(x, w)
		y1 = Relu(a)
		y2 = MatMul(a, w)
		value a[N 4]
		output y1[N 4]
		output y2[N 4]`, "", `
		1: x -> a y1: a y1
		2: a -> y2: y2`},
	{"a file that is out of order", `
		input x[N 4]
		y2 = Neg(c)
		c = Neg(y1)
		y1 = Relu(a)
		a = Neg(x)
		output y2[N 4]
		output y1[N 4]`, "", `
		1: x -> y1: a y1
		2: y1 -> y2: c y2`},
}

// caseModel returns the model of one of the splits.
func caseModel(name string) string {
	for _, c := range splits {
		if c.name == name {
			return c.model
		}
	}
	panic("no case " + name)
}

func TestSplitFollowsTheRule(t *testing.T) {
	for _, c := range splits {
		t.Run(c.name, func(t *testing.T) {
			g := parse(t, c.model)
			s, err := g.Split(strings.Fields(c.exits))
			if err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(strings.TrimSpace(c.want), "\t", "") + "\n"
			if diff := cmp.Diff(want, story(s)); diff != "" {
				t.Error(diff)
			}
			if s.Found != (c.exits == "") || len(s.Unresolved()) > 0 {
				t.Errorf("found: %v, unresolved: %q", s.Found, s.Unresolved())
			}
			checkSplit(t, g, s)
		})
	}
}

func TestLastUseIsTheLastReader(t *testing.T) {
	s, err := parse(t, caseModel("a tensor that skips a segment")).Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]int)
	for i, tensor := range s.Tensors {
		got[tensor.Name] = s.LastUse[i]
	}
	if diff := cmp.Diff(map[string]int{"x": 1, "a": 3, "y1": 2, "y2": 3, "y3": 0}, got); diff != "" {
		t.Error(diff)
	}
	if s.Inputs != 1 || s.Tensors[0].Name != "x" {
		t.Errorf("%d inputs, the first tensor is %s", s.Inputs, s.Tensors[0])
	}
}

func TestHiddenBytesAreWhatLaterSegmentsRead(t *testing.T) {
	s, err := parse(t, `
		input x[N 4]
		h = Cast(x) to=10
		y1 = Neg(h)
		y2 = Relu(h)
		y3 = Neg(y2)
		value h float16[N 4]
		output y1[N 4]
		output y2[N 4]
		output y3[N 4]`).Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{8, 16, 0} { // h alone, then y2, which is an exit that is read
		if got := s.Segments[i].HiddenBytes; got != want {
			t.Errorf("segment %d passes on %d bytes a row, not %d", i+1, got, want)
		}
	}
}

func TestFixedRows(t *testing.T) {
	for _, c := range []struct {
		input, hidden string
		want          int64
	}{
		{"x[N 4]", "a[N 4]", 0}, {"x[? 4]", "a[other 4]", 0}, {"x[0 4]", "a[N 4]", 0},
		{"x[1 4]", "a[1 4]", 1}, {"x[8 4]", "a[8 4]", 8}, {"x[8 4]", "a[N 4]", 8},
		{"x[N 4]", "a[1 4]", 1}, // a reshape to one row inside an open model
	} {
		text := fmt.Sprintf("input %s\na = Relu(x)\ny1 = Neg(a)\ny2 = Relu(a)\nvalue %s\noutput y1[? 4]\noutput y2[? 4]",
			c.input, c.hidden)
		s, err := parse(t, text).Split(nil)
		if err != nil {
			t.Errorf("%s, %s: %v", c.input, c.hidden, err)
		} else if s.FixedRows != c.want {
			t.Errorf("%s, %s: %d rows, not %d", c.input, c.hidden, s.FixedRows, c.want)
		}
	}
}
