package graph

import "math"

// rules holds every operator of the format that can be counted. What is missing here makes a segment's FLOPs unknown: loops
// (Loop, Scan, SequenceMap), whose data say how often they run; text; what is found rather than computed (NonMaxSuppression,
// MaxRoiPool, Unique); and what is rare.
var rules = func() map[string]rule {
	t := map[string]rule{
		"Conv": conv(1, 2), "ConvInteger": conv(1, none), "QLinearConv": quantised(conv(3, 8)),
		"ConvTranspose": convTranspose, "DeformConv": deformConv,
		"Gemm": gemm(2), "MatMul": matMul, "MatMulInteger": matMul, "QLinearMatMul": quantised(matMul), "Einsum": einsum,
		"RNN": recurrent, "GRU": recurrent, "LSTM": recurrent,
		"Attention": attention, "RotaryEmbedding": rotary,
		"MaxPool": pool, "AveragePool": pool, "LpPool": pool, "Resize": resize, "Upsample": resize,
		"GridSample": gridSample, "AffineGrid": affineGrid, "RoiAlign": roiAlign, "Det": determinant,
		"DFT": fourier, "STFT": shortFourier,
		"BatchNormalization": each(2), "LayerNormalization": each(7), "InstanceNormalization": each(7),
		"GroupNormalization": each(7), "MeanVarianceNormalization": each(5), "RMSNormalization": each(4),
		"SimplifiedLayerNormalization": each(4), "LpNormalization": each(3), "LRN": localNorm,
		"Softmax": each(5), "LogSoftmax": each(5), "Hardmax": each(2), "DynamicQuantizeLinear": each(3),
		"Max": fold, "Min": fold, "Sum": fold, "Mean": mean,
	}
	all(t, moving, free)
	all(t, elementwise, each(1))
	all(t, reducing, every)
	return t
}()

// all gives several operators one rule.
func all(t map[string]rule, ops []string, r rule) {
	for _, op := range ops {
		t[op] = r
	}
}

// moving operators only copy, convert, rearrange or handle whole tensors.
var moving = []string{
	"BitCast", "Cast", "CastLike", "CenterCropPad", "Compress", "Concat", "ConcatFromSequence", "Constant",
	"ConstantOfShape", "DepthToSpace", "Dropout", "Expand", "EyeLike", "Flatten", "Gather", "GatherElements", "GatherND",
	"Identity", "MaxUnpool", "NonZero", "OneHot", "Optional", "OptionalGetElement", "OptionalHasElement", "Pad", "Range",
	"Reshape", "ReverseSequence", "Scatter", "ScatterElements", "ScatterND", "SequenceAt", "SequenceConstruct",
	"SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceLength", "Shape", "Size", "Slice", "SpaceToDepth", "Split",
	"SplitToSequence", "Squeeze", "TensorScatter", "Tile", "Transpose", "Trilu", "Unsqueeze",
}

// elementwise operators compute, or draw, each result by itself.
var elementwise = []string{
	"Abs", "Acos", "Acosh", "Add", "And", "Asin", "Asinh", "Atan", "Atanh", "Bernoulli", "BitShift", "BitwiseAnd",
	"BitwiseNot", "BitwiseOr", "BitwiseXor", "BlackmanWindow", "Ceil", "Celu", "Clip", "Cos", "Cosh", "CumProd", "CumSum",
	"DequantizeLinear", "Div", "Elu", "Equal", "Erf", "Exp", "Floor", "Gelu", "Greater", "GreaterOrEqual", "HammingWindow",
	"HannWindow", "HardSigmoid", "HardSwish", "IsInf", "IsNaN", "LeakyRelu", "Less", "LessOrEqual", "Log", "Mish", "Mod",
	"Mul", "Neg", "Not", "Or", "PRelu", "Pow", "QuantizeLinear", "RandomNormal", "RandomNormalLike", "RandomUniform",
	"RandomUniformLike", "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus",
	"Softsign", "Sqrt", "Sub", "Swish", "Tan", "Tanh", "ThresholdedRelu", "Where", "Xor",
}

// reducing operators look at each element that goes in once.
var reducing = []string{
	"ArgMax", "ArgMin", "Col2Im", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "ReduceL1", "ReduceL2",
	"ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum",
	"ReduceSumSquare", "TopK",
}

func free(*meter) float64 { return 0 }

// each counts n per result.
func each(n float64) rule {
	return func(m *meter) float64 { return n * size(m.out()) }
}

// every counts one per element of the first input.
func every(m *meter) float64 { return size(m.in(0)) }

// fold combines any number of inputs.
func fold(m *meter) float64 { return float64(len(m.node.GetInput())-1) * size(m.out()) }

// mean is a fold and a division.
func mean(m *meter) float64 { return float64(len(m.node.GetInput())) * size(m.out()) }

// localNorm sums the squares of a window of channels, scales, shifts, takes the power and divides.
func localNorm(m *meter) float64 { return (float64(m.integer("size")) + 5) * size(m.out()) }

// quantised is a rule with one more per result: to bring it to the scale of the next operator.
func quantised(r rule) rule {
	return func(m *meter) float64 { return r(m) + size(m.out()) }
}

// none is the place of an input that an operator does not have.
const none = math.MaxInt

// extra counts one per result if the node's i-th input is there: a bias, mostly.
func (m *meter) extra(i int) float64 {
	if !m.has(i) {
		return 0
	}
	return size(m.out())
}
