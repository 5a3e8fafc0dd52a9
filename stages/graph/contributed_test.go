package graph

import (
	"fmt"
	"testing"
)

// The operators of ONNX Runtime, by hand.
var contributedByHand = []example{
	{"convolution, sum and activation", `
		input x[N 8 10 10]
		input z[N 16 8 8]
		init w[16 8 3 3]
		init b[16]
		y = com.microsoft.FusedConv(x, w, b, z) activation=Relu
		output y[N 16 8 8]`, 16 * 8 * 8 * (2*8*3*3 + 1 + 1 + 1)},
	{"channels last", `
		input x[N 10 10 8]
		init w[16 8 3 3]
		y = com.microsoft.NhwcFusedConv(x, w)
		output y[N 8 8 16]`, 8 * 8 * 16 * 2 * 8 * 3 * 3},
	{"channels last, quantised", `
		input x uint8[N 10 10 8]
		init s[]
		init z uint8[]
		init w uint8[16 8 2 5]
		y = com.microsoft.QLinearConv(x, s, z, w, s, z, s, z) channels_last=1
		output y uint8[N 9 6 16]`, 9 * 6 * 16 * (2*8*2*5 + 1)},
	{"blocks of 8 channels", `
		input x[N 3 10 10]
		init w[8 3 3 3]
		init b[8]
		c = com.microsoft.nchwc.Conv(x, w, b) activation=Relu
		p = com.microsoft.nchwc.MaxPool(c) kernel_shape=2,2 strides=2,2
		y = com.microsoft.nchwc.ReorderOutput(p) channels=8
		value c[N 8 8 8]
		value p[N 8 4 4]
		output y[N 8 4 4]`, 8*8*8*(2*3*3*3+1+1) + 8*4*4*2*2},
	{"fully connected, and activation", `
		input x[N 64]
		init w[10 64]
		init b[10]
		y = com.microsoft.FusedGemm(x, w, b) transB=1 alpha=1.0 activation=LeakyRelu
		output y[N 10]`, 10 * (2*64 + 1 + 1)},
	{"a transposed factor", `
		input x[N 5 64 7]
		input z[N 5 64 9]
		y = com.microsoft.FusedMatMul(x, z) transA=1
		output y[N 5 7 9]`, 5 * 7 * 9 * 2 * 64},
	{"a factor whose first axis moves behind its heads, 7 times 1 x 64 by 64 x 9", `
		input x[1 7 64]
		init w[7 64 9]
		t = com.microsoft.FusedMatMul(x, w) transBatchA=1
		y = Transpose(t) perm=1,0,2
		value t[7 1 9]
		output y[1 7 9]`, 7 * 1 * 9 * 2 * 64},
	{"and is transposed too, 7 times 64 x 1 by 1 x 9", `
		input x[1 7 64]
		init w[7 1 9]
		t = com.microsoft.FusedMatMul(x, w) transA=1 transBatchA=1
		y = Reshape(t, t)
		value t[7 64 9]
		output y[1 7 576]`, 7 * 64 * 9 * 2 * 1},
	{"weights of four bits", `
		input x[N 16 64]
		init w uint8[32 2 16]
		init s[64]
		init b[32]
		y = com.microsoft.MatMulNBits(x, w, s, _, _, b) K=64 N=32 bits=4 block_size=32
		output y[N 16 32]`, 16 * 32 * (2*64 + 1)},
	{"quantised as it comes: three for each element that goes in, one for the scale of each result, bias", `
		input x[N 64]
		init w int8[64 10]
		init s[]
		init z int8[]
		init b[10]
		y = com.microsoft.DynamicQuantizeMatMul(x, w, s, z, b)
		output y[N 10]`, 3*64 + 10*(2*64+1+1)},
	{"integers to floats", `
		input x uint8[N 64]
		init w int8[64 10]
		init s[]
		init z uint8[]
		init zw int8[]
		init b[10]
		y = com.microsoft.MatMulIntegerToFloat(x, w, s, s, z, zw, b)
		output y[N 10]`, 10 * (2*64 + 1 + 1)},
	{"a quantised fully connected layer", `
		input x uint8[N 64]
		init s[]
		init z uint8[]
		init w int8[64 10]
		init zw int8[]
		init b int32[10]
		y = com.microsoft.QGemm(x, s, z, w, s, zw, b, s, z)
		output y uint8[N 10]`, 10 * (2*64 + 1 + 1)},
	{"a quantised sum", `
		input x uint8[N 10]
		init s[]
		init z uint8[]
		y = com.microsoft.QLinearAdd(x, s, z, x, s, z, s, z)
		output y uint8[N 10]`, 10 * (1 + 1)},
	{"a quantised pool", `
		input x uint8[N 8 8 8]
		init s[]
		init z uint8[]
		y = com.microsoft.QLinearAveragePool(x, s, z, s, z) kernel_shape=2,2 strides=2,2
		output y uint8[N 8 4 4]`, 8 * 4 * 4 * (2*2 + 1)},
	{"a quantised global pool", `
		input x uint8[N 8 8 8]
		init s[]
		init z uint8[]
		y = com.microsoft.QLinearGlobalAveragePool(x, s, z, s, z)
		output y uint8[N 8 1 1]`, 8*8*8 + 8},
	{"sum, bias and layer normalisation", `
		input x[N 16 32]
		init g[32]
		y = com.microsoft.SkipLayerNormalization(x, x, g, g, g)
		output y[N 16 32]`, 16 * 32 * (1 + 1 + 7)},
	{"sum and RMS normalisation", `
		input x[N 16 32]
		init g[32]
		y = com.microsoft.SkipSimplifiedLayerNormalization(x, x, g)
		output y[N 16 32]`, 16 * 32 * (1 + 4)},
	{"words, positions and segments, normalised", `
		input x int32[N 16]
		init e[9 32]
		init g[32]
		y, mask = com.microsoft.EmbedLayerNormalization(x, x, e, e, e, g, g)
		output y[N 16 32]`, 16 * 32 * (2 + 7)},
	{"words and positions, normalised", `
		input x int32[N 16]
		init e[9 32]
		init g[32]
		y, mask = com.microsoft.EmbedLayerNormalization(x, _, e, e, _, g, g)
		output y[N 16 32]`, 16 * 32 * (1 + 7)},
	{"bias and GELU", `
		input x[N 16 32]
		init b[32]
		y = com.microsoft.BiasGelu(x, b)
		output y[N 16 32]`, 16 * 32 * 2},
	{"GELU with a bias, or not", `
		input x[N 16 32]
		init b[32]
		a = com.microsoft.FastGelu(x, b)
		b1 = com.microsoft.FastGelu(a)
		y = com.microsoft.QuickGelu(b1)
		value a[N 16 32]
		value b1[N 16 32]
		output y[N 16 32]`, 16 * 32 * (2 + 1 + 1)},
}

// What an operator costs whose result is as large as its input, by element.
func TestCostsPerElement(t *testing.T) {
	for op, want := range map[string]float64{
		"Add": 1, "Erf": 1, "Where": 1, "HannWindow": 1, "Bernoulli": 1, "Shrink": 1, "CumSum": 1, "Col2Im": 1, "TopK": 1,
		"Cast": 0, "TensorScatter": 0, "MaxUnpool": 0, "CenterCropPad": 0, "OptionalGetElement": 0, "SequenceAt": 0,
		"Softmax": 5, "LogSoftmax": 5, "InstanceNormalization": 7, "GroupNormalization": 7, "SimplifiedLayerNormalization": 4,
		"com.microsoft.SimplifiedLayerNormalization": 4, "com.microsoft.Gelu": 1, "com.microsoft.BiasAdd": 2,
		"com.microsoft.BiasSoftmax": 6, "com.microsoft.QLinearMul": 2, "com.microsoft.QLinearSigmoid": 2,
		"com.microsoft.QLinearLeakyRelu": 2, "com.microsoft.QLinearSoftmax": 6, "com.microsoft.QLinearConcat": 1,
		"com.microsoft.QLinearReduceMean": 2, "com.microsoft.QuantizeLinear": 1, "com.microsoft.DequantizeLinear": 1,
		"com.microsoft.RotaryEmbedding": 3, "com.microsoft.MatMulInteger16": 2 * 5, "com.microsoft.GemmFastGelu": 2*5 + 1,
		"com.microsoft.nchwc.GlobalAveragePool": 1, "com.microsoft.nchwc.GlobalMaxPool": 1, "com.microsoft.nchwc.ReorderInput": 0,
	} {
		got := flopsOf(t, fmt.Sprintf("input x[N 4 3 5]\ny = %s(x)\noutput y[N 4 3 5]", op))
		if got != 60*want {
			t.Errorf("%s costs %v per element, by hand %v", op, got/60, want)
		}
	}
}
