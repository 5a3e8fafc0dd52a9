package graph

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// Counts by hand, for one row.
var byHand = []struct {
	name, model string
	want        float64
}{
	{"3x3 convolution, 8 channels to 16, bias", `
		input x[N 8 10 10]
		init w[16 8 3 3]
		init b[16]
		y = Conv(x, w, b)
		output y[N 16 8 8]`, 16 * 8 * 8 * (2*8*3*3 + 1)},
	{"depthwise: each filter sees one channel", `
		input x[N 8 10 10]
		init w[8 1 3 3]
		y = Conv(x, w) group=8
		output y[N 8 8 8]`, 8 * 8 * 8 * 2 * 3 * 3},
	{"one dimension", `
		input x[N 4 100]
		init w[6 4 5]
		y = Conv(x, w)
		output y[N 6 96]`, 6 * 96 * 2 * 4 * 5},
	{"transposed: 2x2 with stride 2", `
		input x[N 8 5 5]
		init w[8 3 2 2]
		init b[3]
		y = ConvTranspose(x, w, b)
		output y[N 3 10 10]`, 8*5*5*2*3*2*2 + 300},
	{"fully connected", `
		input x[N 64]
		init w[10 64]
		init b[10]
		y = Gemm(x, w, b) transB=1
		output y[N 10]`, 10*2*64 + 10},
	{"fully connected, transposed input, no bias", `
		input x[N 64]
		init w[64 10]
		column = Reshape(x, x)
		y = Gemm(column, w) transA=1
		value column[64 1]
		output y[N 10]`, 10 * 2 * 64},
	{"matrix product of heads", `
		input x[N 4 16 8]
		input z[N 4 8 16]
		y = MatMul(x, z)
		output y[N 4 16 16]`, 4 * 16 * 16 * 2 * 8},
	{"max pooling", `
		input x[N 8 8 8]
		y = MaxPool(x) kernel_shape=2,2
		output y[N 8 4 4]`, 8 * 4 * 4 * 4},
	{"global pooling", `
		input x[N 8 8 8]
		y = GlobalAveragePool(x)
		output y[N 8 1 1]`, 8 * 8 * 8},
	{"batch normalisation", `
		input x[N 8 4]
		init s[8]
		y = BatchNormalization(x, s, s, s, s)
		output y[N 8 4]`, 2 * 32},
	{"layer normalisation", `
		input x[N 8 4]
		init s[4]
		y = LayerNormalization(x, s, s)
		output y[N 8 4]`, 7 * 32},
	{"softmax", "input x[N 10]\ny = Softmax(x)\noutput y[N 10]", 50},
	{"element-wise", "input x[N 10]\ny = Sigmoid(x)\noutput y[N 10]", 10},
	{"a sum of three", "input x[N 10]\ny = Sum(x, x, x)\noutput y[N 10]", 20},
	{"moving data is free", "input x[N 10]\ny = Reshape(x, x)\noutput y[N 5 2]", 0},
	{"nearest neighbours are free", "input x[N 10]\ny = Resize(x) mode=nearest\noutput y[N 20]", 0},
	{"LSTM over 7 steps", `
		input x[N 7 12]
		init w[1 32 12]
		init r[1 32 8]
		y = LSTM(x, w, r) layout=1 hidden_size=8
		output y[N 7 1 8]`, 7 * 2 * 32 * (12 + 8)},
	{"a fixed batch of 8 counts for one row", "input x[8 10]\ny = Relu(x)\noutput y[8 10]", 10},
	{"what follows from constants is computed once", `
		input x[N 4]
		init w[4]
		v = Neg(w)
		y = Add(x, v)
		output y[N 4]`, 4},
}

func TestFLOPsByHand(t *testing.T) {
	for _, c := range byHand {
		t.Run(c.name, func(t *testing.T) {
			s, err := parse(t, c.model).Split(nil)
			if err != nil {
				t.Fatal(err)
			}
			if seg := s.Segments[0]; seg.FLOPs != c.want || seg.Uncounted != "" {
				t.Errorf("%v FLOPs (%s), by hand %v", seg.FLOPs, seg.Uncounted, c.want)
			}
		})
	}
}

// What cannot be counted is unknown, not zero, and the segment says why.
func TestFLOPsAreNeverGuessed(t *testing.T) {
	for _, c := range []struct{ name, statement, want string }{
		{"no shape", "a = Relu(x)", `node "make a" (Relu): the shape of tensor "a" is not known`},
		{"unknown operator", "a = Wavelet(x)", `node "make a" (Wavelet) is an operator whose FLOPs are not known`},
		{"interpolation", "a = Resize(x) mode=linear", "attributes"},
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
