package graph

// example is a model with a count that was made by hand, for one row.
type example struct {
	name, model string
	want        float64
}

var byHand = []example{
	{"3x3 convolution, 8 channels to 16, bias", `
		input x[N 8 10 10]
		init w[16 8 3 3]
		init b[16]
		y = Conv(x, w, b)
		output y[N 16 8 8]`, 16 * 8 * 8 * (2*8*3*3 + 1)},
	{"the first layer of a ResNet: 7x7 with stride 2 on 224x224", `
		input x[N 3 224 224]
		init w[64 3 7 7]
		y = Conv(x, w) strides=2,2 pads=3,3,3,3
		output y[N 64 112 112]`, 2 * 112 * 112 * 64 * 7 * 7 * 3}, // 236,027,904
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
		y = ConvTranspose(x, w, b) strides=2,2
		output y[N 3 10 10]`, 8*5*5*2*3*2*2 + 300},
	{"fully connected", `
		input x[N 64]
		init w[10 64]
		init b[10]
		y = Gemm(x, w, b) transB=1
		output y[N 10]`, 10*2*64 + 10},
	{"the first fully connected layer of VGG-16", `
		input x[N 25088]
		init b[4096]
		w = Transpose(x)
		value w[25088 4096]
		y = Gemm(x, w, b)
		output y[N 4096]`, 2*512*7*7*4096 + 4096}, // 205,524,992; the weight is too large to write down
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
		y = MaxPool(x) kernel_shape=2,2 strides=2,2
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
	{"hardmax", "input x[N 10]\ny = Hardmax(x)\noutput y[N 10]", 2 * 10},
	{"normalisation by mean and variance alone", `
		input x[N 8 4]
		y = MeanVarianceNormalization(x)
		output y[N 8 4]`, 5 * 32},
	{"RMS normalisation", `
		input x[N 8 4]
		init s[4]
		y = RMSNormalization(x, s)
		output y[N 8 4]`, 4 * 32},
	{"division by a norm", "input x[N 10]\ny = LpNormalization(x)\noutput y[N 10]", 3 * 10},
	{"local response over 5 channels", `
		input x[N 8 4 4]
		y = LRN(x) size=5
		output y[N 8 4 4]`, 128 * (5 + 5)},
	{"element-wise", "input x[N 10]\ny = Sigmoid(x)\noutput y[N 10]", 10},
	{"swish, of opset 24", "input x[N 10]\ny = Swish(x)\noutput y[N 10]", 10},
	{"cumulative product", "input x[N 10]\ny = CumProd(x, x)\noutput y[N 10]", 10},
	{"random numbers", "input x[N 10]\ny = RandomNormalLike(x)\noutput y[N 10]", 10},
	{"a sum of three", "input x[N 10]\ny = Sum(x, x, x)\noutput y[N 10]", 20},
	{"a mean of three", "input x[N 10]\ny = Mean(x, x, x)\noutput y[N 10]", 20 + 10},
	{"moving data is free", "input x[N 10]\ny = Reshape(x, x)\noutput y[N 5 2]", 0},
	{"sequences are free", `
		input x[N 10]
		s = SequenceConstruct(x, x)
		y = ConcatFromSequence(s) axis=1
		output y[N 20]`, 0},
	{"nearest neighbours are free", "input x[N 10]\ny = Resize(x) mode=nearest\noutput y[N 20]", 0},
	{"bilinear: four neighbours", `
		input x[N 3 8 8]
		y = Resize(x) mode=linear
		output y[N 3 16 16]`, 3 * 16 * 16 * 2 * 4},
	{"linear along one axis: two neighbours", `
		input x[N 3 8 8]
		y = Resize(x) mode=linear
		output y[N 3 8 16]`, 3 * 8 * 16 * 2 * 2},
	{"bicubic: sixteen neighbours", `
		input x[N 3 8 8]
		y = Resize(x) mode=cubic
		output y[N 3 16 16]`, 3 * 16 * 16 * 2 * 16},
	{"a size that stays as it is", "input x[N 3 8]\ny = Resize(x) mode=linear\noutput y[N 3 8]", 0},
	{"sampling along a grid", `
		input x[N 3 8 8]
		input g[N 5 5 2]
		y = GridSample(x, g)
		output y[N 3 5 5]`, 3 * 5 * 5 * 2 * 4},
	{"an affine grid", `
		input t[N 2 3]
		init s int64[4]
		y = AffineGrid(t, s)
		output y[N 5 5 2]`, 5 * 5 * 2 * 2 * 3},
	{"regions: four points in each of 2 x 2 bins", `
		input x[N 3 8 8]
		input r[N 4]
		input i int64[N]
		y = RoiAlign(x, r, i) sampling_ratio=2
		output y[N 3 2 2]`, 3 * 2 * 2 * 4 * (2*4 + 1)},
	{"deformable convolution with a mask", `
		input x[N 8 10 10]
		input o[N 18 8 8]
		input m[N 9 8 8]
		init w[16 8 3 3]
		init b[16]
		y = DeformConv(x, w, o, b, m)
		output y[N 16 8 8]`, 16*8*8*(2*8*3*3+1) + 8*3*3*8*8*(2*4+1)},
	{"a determinant of 4 x 4 by elimination", "input x[N 6 4 4]\ny = Det(x)\noutput y[N 6]", 6 * 2.0 / 3 * 64},
	{"integers", `
		input x uint8[N 3 10 10]
		init w int8[4 3 3 3]
		init zero uint8[1]
		y = ConvInteger(x, w, zero)
		output y int32[N 4 8 8]`, 4 * 8 * 8 * 2 * 3 * 3 * 3},
	{"a quantised convolution: bias, and the scale of the result", `
		input x uint8[N 3 10 10]
		init s[]
		init z uint8[]
		init w int8[4 3 3 3]
		init zw int8[]
		init b int32[4]
		y = QLinearConv(x, s, z, w, s, zw, s, z, b)
		output y uint8[N 4 8 8]`, 4 * 8 * 8 * (2*3*3*3 + 1 + 1)},
	{"a quantised matrix product", `
		input x uint8[N 64]
		init s[]
		init z uint8[]
		init w int8[64 10]
		init zw int8[]
		y = QLinearMatMul(x, s, z, w, s, zw, s, z)
		output y uint8[N 10]`, 10 * (2*64 + 1)},
	{"quantising by the extremes of the data", `
		input x[N 10]
		y, s, z = DynamicQuantizeLinear(x)
		output y uint8[N 10]`, 3 * 10},
	{"Einsum: a matrix product of heads", `
		input x[N 4 16 8]
		input z[N 4 20 8]
		y = Einsum(x, z) equation=bhqd,bhkd->bhqk
		output y[N 4 16 20]`, 4 * 16 * 20 * 2 * 8},
	{"a real transform of 256 samples", `
		input x[N 256 1]
		y = DFT(x) onesided=1
		output y[N 129 2]`, 2.5 * 256 * 8},
	{"a complex transform along the third axis, cut to 64", `
		input x[N 3 100 2]
		init n int64[]
		y = DFT(x, n) axis=2
		output y[N 3 64 2]`, 3 * 5 * 64 * 6},
	{"a spectrogram: 61 windowed frames of 512 samples", `
		input x[N 10000 1]
		init step int64[]
		init w[512]
		y = STFT(x, step, w)
		output y[N 61 257 2]`, 61 * (2.5*512*9 + 512)},
	{"the more expensive branch", `
		input x[N 10]
		input c bool[N]
		body then
			t = Relu(x)
			v = Sigmoid(t)
			value t[N 10]
			output v[N 10]
		end
		body else
			init w[10 4]
			e = MatMul(x, w)
			output e[N 4]
		end
		y = If(c) then_branch=@then else_branch=@else
		output y[N ?]`, 2 * 10 * 4},
	{"branches within a branch, which see what lies around them; 3 rows at a time", `
		input x[3 10]
		input c bool[3]
		a = Relu(x)
		body deep
			s = Add(a, r)
			output s[3 10]
		end
		body flat
			z = Identity(r)
			output z[3 10]
		end
		body then
			r = Sigmoid(a)
			e = If(c) then_branch=@deep else_branch=@flat
			value r[3 10]
			output e[3 10]
		end
		y = If(c) then_branch=@then
		value a[3 10]
		output y[3 10]`, 3 * (10 + 10 + 10)},
	{"LSTM over 7 steps", `
		input x[N 7 12]
		init w[1 32 12]
		init r[1 32 8]
		y = LSTM(x, w, r) layout=1 hidden_size=8
		output y[N 7 1 8]`, 7 * 2 * 32 * (12 + 8)},
	{"a fixed batch of 8: a request pays for all", "input x[8 10]\ny = Relu(x)\noutput y[8 10]", 8 * 10},
	{"what follows from constants is computed once", `
		input x[N 4]
		init w[4]
		v = Neg(w)
		y = Add(x, v)
		output y[N 4]`, 4},
}
