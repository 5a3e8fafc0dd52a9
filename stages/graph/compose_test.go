package graph

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/internal/trials"
)

// files writes models as files and returns their paths.
func files(t *testing.T, models ...[]byte) []string {
	t.Helper()
	folder := t.TempDir()
	var paths []string
	for i, m := range models {
		paths = append(paths, write(t, filepath.Join(folder, fmt.Sprintf("segment-%02d.onnx", i+1)), m))
	}
	return paths
}

// drawn writes models in the notation as files.
func drawn(t *testing.T, models ...string) []string {
	t.Helper()
	var all [][]byte
	for _, m := range models {
		all = append(all, encode(model(m)))
	}
	return files(t, all...)
}

// The segments that a split writes make the model that was split.
func TestSegmentsJoinToTheModelTheyWereCutFrom(t *testing.T) {
	joined := 0
	seeds := trials.Pick(200, 60)
	for seed := range uint64(seeds) {
		text, _ := randomModel(seed)
		g := parse(t, text)
		s, err := g.Split(nil)
		if err != nil || strings.Contains(text, "RandomNormal") {
			continue
		}
		var models [][]byte
		for n := range s.Segments {
			data, err := s.Model(n + 1)
			if err != nil {
				t.Fatal(err)
			}
			models = append(models, data)
		}
		again, err := ReadSegments(files(t, models...), s.Exits)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, story(s))
		}
		cut, err := again.Split(nil)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if diff := cmp.Diff(s.Exits, cut.Exits); diff != "" {
			t.Fatal(diff)
		}
		checkSplit(t, again, cut)
		_, a := g.whole()
		_, b := again.whole()
		want, err := evaluate(a, given(g), nil)
		got, err2 := evaluate(b, given(again), nil)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		for _, exit := range s.Exits {
			if !slices.Equal(want[exit], got[exit]) {
				t.Errorf("seed %d: exit %s is %v, was %v", seed, exit, got[exit], want[exit])
			}
		}
		joined++
	}
	if joined < seeds/2 {
		t.Errorf("only %d models were joined", joined)
	}
}

// The segments of the original system: each takes "input", and gives "output" and, but for the last, "features".
func TestSegmentsOfTheOriginalForm(t *testing.T) {
	inner := `
		input input[N 4]
		init w[4 4]
		h = MatMul(input, w)
		features = Relu(h)
		output = Neg(h)
		value h[N 4]
		output output[N 4]
		output features[N 4]`
	last := "input input[N 4]\ninit w[4 4]\noutput = MatMul(input, w)\noutput output[N 4]"
	g, err := ReadSegments(drawn(t, inner, inner, last), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	// What only the next exit needs has moved behind the cut.
	want := `1: input -> 1/h output1: 1/h output1
2: 1/h -> 2/h output2: 1/features 2/h output2
3: 2/h -> output3: 2/features output3
`
	if diff := cmp.Diff(want, story(s)); diff != "" {
		t.Error(diff)
	}
	if !s.Found || len(s.Unresolved()) > 0 {
		t.Errorf("found %v, unresolved %q", s.Found, s.Unresolved())
	}
	checkSplit(t, g, s)
}

func TestSegmentsThatShareAndSkip(t *testing.T) {
	g, err := ReadSegments(drawn(t,
		"input x[N 4]\na = Relu(x)\ny = Neg(a)\noutput y[N 4]\noutput a[N 4]",
		"input a[N 4]\ninput late[N 4]\nb = Add(a, late)\ny2 = Relu(b)\noutput b[N 4]\noutput y2[N 4]",
		"input b[N 4]\ninput a[N 4]\ninput x[N 4]\ny3 = Sum(a, b, x)\noutput y3[N 4]"), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "1: x -> 1/a y: 1/a y\n2: late 1/a -> 2/b y2: 2/b y2\n3: x 1/a 2/b -> y3: y3\n"
	if diff := cmp.Diff(want, story(s)); diff != "" {
		t.Error(diff)
	}
}

// Weights lie in the segments' files, which may be in different folders.
func TestWeightsOfSegments(t *testing.T) {
	m := large()
	m.Graph.Output = m.Graph.Output[:1]
	m.Graph.Node = m.Graph.Node[:2]
	n := large()
	n.Graph.Input[0].Name = &[]string{"y1"}[0]
	n.Graph.Node, n.Graph.Output = n.Graph.Node[2:], n.Graph.Output[1:]
	a, b := files(t, encode(m))[0], files(t, encode(n))[0]
	g, err := ReadSegments([]string{a, b}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		data, err := s.Model(i + 1)
		for _, w := range unmarshal(t, data, err).Graph.Initializer {
			if strings.HasSuffix(w.GetName(), "/w") && len(w.RawData) != 64*64*4 {
				t.Errorf("segment %d: weight %s has %d bytes", i+1, w.GetName(), len(w.RawData))
			}
		}
	}
}

func TestSegmentsThatDoNotFit(t *testing.T) {
	first := "input x[N 4]\na = Relu(x)\ny = Neg(a)\noutput y[N 4]\noutput a[N 4]"
	for _, c := range []struct{ name, second, exits, want string }{
		{"nothing to take", "input b[N 4]\nz = Relu(b)\noutput z[N 4]", "",
			`gives "y", "a", and it is not clear which is its exit`},
		{"nothing to take, with exits", "input b[N 4]\nz = Relu(b)\noutput z[N 4]", "y z", `gives "a", which no later segment takes`},
		{"another shape", "input a[N 5]\nz = Relu(a)\noutput z[N 5]", "",
			`takes a float32[? 5], but segment 1`},
		{"another type", "input a int64[N 4]\nz = Cast(a) to=1\noutput z[N 4]", "", "they are of different models, or in the wrong order"},
		{"two exits", "input a[N 4]\nz = Relu(a)\nu = Neg(a)\noutput z[N 4]\noutput u[N 4]", "", `gives "z", "u", and it is not clear`},
		{"too many exits", "input a[N 4]\nz = Relu(a)\noutput z[N 4]", "y z z", "2 segments and 3 exits"},
		{"no such exit", "input a[N 4]\nz = Relu(a)\noutput z[N 4]", "y v", `gives no "v"; it gives "z"`},
		{"other operators", "opset 17\ninput a[N 4]\nz = Relu(a)\noutput z[N 4]", "",
			"it has operators of version 17, a segment before it of version 15"},
		{"no input", "z = RandomNormal() shape=1,4\noutput z[1 4]", "", "takes nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := ReadSegments(drawn(t, first, c.second), strings.Fields(c.exits))
			if err == nil {
				_, err = g.Split(nil)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is\n%v\nand should say\n%s", err, c.want)
			}
		})
	}
	if _, err := ReadSegments([]string{"absent.onnx"}, nil); err == nil || !strings.Contains(err.Error(), "absent.onnx") {
		t.Error(err)
	}
}

// Whatever two files hold, they make a graph that can be cut, or an error.
func FuzzReadSegments(f *testing.F) {
	first := encode(model("input x[N 4]\na = Relu(x)\ny = Neg(a)\noutput y[N 4]\noutput a[N 4]"))
	f.Add(first, encode(model("input a[N 4]\nz = Relu(a)\noutput z[N 4]")))
	f.Add(first, encode(model("function F(a) b\nopset 9\nb = Neg(a)\nend\ninput x[N 4]\ninput a[N 4]\nz = local.F(a)\nu = Add(z, x)\noutput u[N 4]")))
	f.Add(first, first)
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if g, err := ReadSegments(files(t, a, b), nil); err == nil {
			exercise(g)
		}
	})
}
