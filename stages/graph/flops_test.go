package graph

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestFLOPsByHand(t *testing.T) {
	for _, c := range slices.Concat(byHand, attentionByHand, contributedByHand) {
		t.Run(c.name, func(t *testing.T) {
			if got := flopsOf(t, c.model); got != c.want {
				t.Errorf("%v FLOPs, by hand %v", got, c.want)
			}
		})
	}
}

// flopsOf counts a model of one segment.
func flopsOf(t *testing.T, model string) float64 {
	t.Helper()
	s, err := parse(t, model).Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	if why := s.Segments[0].Uncounted; why != "" {
		t.Error(why)
	}
	return s.Segments[0].FLOPs
}

// What cannot be counted is unknown, not zero, and the segment says why.
func TestFLOPsAreNeverGuessed(t *testing.T) {
	for _, c := range []struct{ name, statement, want string }{
		{"no shape", "a = Relu(x)", `node "make a" (Relu): the shape of tensor "a" is not known`},
		{"unknown operator", "a = Wavelet(x)", `1 operator of kind Wavelet cannot be counted`},
		{"an operator of the same name elsewhere", "a = com.acme.Relu(x)", "kind com.acme.Relu cannot"},
		{"a loop", "body b\nr = Relu(x)\noutput r\nend\na = Loop(x) body=@b", "1 operator of kind Loop cannot be counted"},
		{"within a branch", "body b\nr = Wavelet(x)\noutput r\nend\na = If(x) then_branch=@b", "kind Wavelet cannot be counted"},
		{"more axes than anybody has", "a = Relu(x)\nvalue a[N" + strings.Repeat(" 1", maxRank) + "]", "is not known"},
		{"a shape within a branch", "body b\nr = Relu(x)\ns = Relu(r)\noutput s[N 4]\nend\na = If(x) then_branch=@b",
			`node "make r" (Relu): the shape of tensor "r" is not known`},
		{"a filter against aliases", "a = Resize(x) mode=linear antialias=1\nvalue a[N 2]", "attributes"},
		{"an unknown mode", "a = Resize(x) mode=lanczos\nvalue a[N 2]", "attributes"},
		{"regions of no fixed number of points", "a = RoiAlign(x, x, x)\nvalue a[N 4]", "attributes"},
		{"an extent that the result does not show", "a = DFT(x, x) onesided=1\nvalue a[N 4]", "attributes"},
		{"frames without a window", "a = STFT(x, x)\nvalue a[N 2 2 2]", "attributes"},
		{"an equation of other terms", "a = Einsum(x) equation=ij,jk->ik\nvalue a[N 4]", "attributes"},
		{"a window of astronomic size", "a = MaxPool(x) kernel_shape=9000000000000000000,9000000000000000000\nvalue a[N 4]", "attributes"},
		{"a negative window", "a = LRN(x) size=-9\nvalue a[N 4]", "attributes"},
		{"no window", "a = MaxPool(x)\nvalue a[N 4]", "attributes"},
		{"weight of a wrong rank", "init w[4]\na = Conv(x, w)\nvalue a[N 4]", "attributes"},
		{"an inner dimension", "a = Relu(x)\nvalue a[N ? 4]", "is not known"},
		{"heads folded into the first axis", "a = Relu(x)\nvalue a[Nx8 4]", "is not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := parse(t, "input x[N 4]\n"+c.statement+"\ny = Reshape(a, a)\noutput y[N 4]").Split(nil)
			if err != nil {
				t.Fatal(err)
			}
			seg := s.Segments[0]
			if !math.IsNaN(seg.FLOPs) || !strings.Contains(seg.Uncounted, c.want) {
				t.Errorf("%v FLOPs, because %q; should say %q", seg.FLOPs, seg.Uncounted, c.want)
			}
		})
	}
}

// A reason names every kind of operator that keeps a segment from being counted, and the first other node.
func TestReasonsAreComplete(t *testing.T) {
	s, err := parse(t, `
		input x[N 4]
		a = Wavelet(x)
		b = com.acme.Relu(a)
		c = Wavelet(b)
		d = Relu(c)
		e = Relu(d)
		y = Relu(e)
		value b[N 4]
		output y[N 4]`).Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `2 operators of kind Wavelet and 1 of kind com.acme.Relu cannot be counted; ` +
		`node "make d" (Relu): the shape of tensor "d" is not known; and 1 more like it`
	if got := s.Segments[0].Uncounted; got != want {
		t.Errorf("reason %q, not %q", got, want)
	}
	text := "input x[N 4]\n"
	for i := range 20 {
		text += fmt.Sprintf("a%d = Strange%d(x)\n", i, i)
	}
	s, err = parse(t, text+"y = Sum(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19)\noutput y[N 4]").Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Segments[0].Uncounted; !strings.Contains(got, "1 of kind Strange7 and operators of 12 more kinds cannot") {
		t.Errorf("reason %q", got)
	}
}

// What lies within a branch cannot be asked for by name.
func TestShapesWithinBranchesAreNotAskedFor(t *testing.T) {
	s, err := parse(t, `
		input x[N 4]
		a = Relu(x)
		body b
			r = Relu(a)
			s = Relu(r)
			output s[N 4]
		end
		y = If(x) then_branch=@b else_branch=@b
		output y[N 4]`).Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Uncounted(); len(got) != 1 || got[0] != "a" {
		t.Errorf("asks for %q, not for a alone", got)
	}
}

func TestParametersAreCountedWhereTheyAreHeld(t *testing.T) {
	s, err := parse(t, `
		input x[N 4]
		init w[4 4]
		init unused[100]
		init axes int64[2]
		k = Constant() numbers=4
		body b
			init inside[5]
			r = Add(x, inside)
			output r
		end
		a = MatMul(x, w)
		y1 = Add(a, k)
		c = MatMul(y1, w)
		d = Reshape(c, axes)
		y2 = If(d) then_branch=@b else_branch=@b
		output y1[N 4]
		output y2[N 4]`).Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(s.Segments[0].Parameters, s.Segments[1].Parameters)
	if want := fmt.Sprint(16+4, 16+5+5); got != want {
		t.Errorf("parameters %s, not %s", got, want)
	}
}

func TestWeightsOfQuantisedLayersAreParameters(t *testing.T) {
	s, err := parse(t, `
		input x uint8[N 64]
		init s[]
		init z uint8[]
		init w int8[64 10]
		init zw int8[]
		y = QLinearMatMul(x, s, z, w, s, zw, s, z)
		output y uint8[N 10]`).Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Segments[0].Parameters; got != 640+1+1+1 {
		t.Errorf("%d parameters", got)
	}
}

// FuzzFLOPs holds that FLOPs are either known and finite or unknown for a reason.
func FuzzFLOPs(f *testing.F) {
	for _, c := range slices.Concat(byHand, attentionByHand, contributedByHand) {
		if data := encode(model(c.model)); len(data) < 8<<10 { // others are slow to mutate
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Parse(data)
		if err != nil {
			return
		}
		s, err := g.Split(nil)
		if err != nil {
			return
		}
		for _, seg := range s.Segments {
			if seg.Parameters < 0 || math.IsInf(seg.FLOPs, 0) || seg.FLOPs < 0 || math.IsNaN(seg.FLOPs) != (seg.Uncounted != "") {
				t.Errorf("%v FLOPs (%s), %d parameters", seg.FLOPs, seg.Uncounted, seg.Parameters)
			}
		}
	})
}
