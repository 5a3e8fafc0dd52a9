package graph

import "math"

// rules holds every operator that can be counted. What is missing here makes a segment's FLOPs unknown.
var rules = func() map[string]rule {
	table := map[string]rule{
		"Conv": conv, "ConvTranspose": convTranspose, "Gemm": gemm, "MatMul": matMul, "MatMulInteger": matMul,
		"RNN": recurrent, "GRU": recurrent, "LSTM": recurrent,
		"MaxPool": pool, "AveragePool": pool, "LpPool": pool, "Resize": resize, "Upsample": resize,
		"BatchNormalization": each(2), "LayerNormalization": each(7), "InstanceNormalization": each(7),
		"GroupNormalization": each(7), "RMSNormalization": each(4), "Softmax": each(5), "LogSoftmax": each(5),
	}
	all := func(ops []string, r rule) {
		for _, op := range ops {
			table[op] = r
		}
	}
	all(moving, free)
	all(elementwise, each(1))
	all(reducing, every)
	all(folding, fold)
	return table
}()

// moving operators only copy, convert or rearrange.
var moving = []string{
	"Cast", "CastLike", "Compress", "Concat", "Constant", "ConstantOfShape", "DepthToSpace", "Dropout", "Expand", "EyeLike",
	"Flatten", "Gather", "GatherElements", "GatherND", "Identity", "NonZero", "OneHot", "Pad", "Range", "Reshape",
	"ReverseSequence", "Scatter", "ScatterElements", "ScatterND", "Shape", "Size", "Slice", "SpaceToDepth", "Split",
	"Squeeze", "Tile", "Transpose", "Trilu", "Unsqueeze",
}

var elementwise = []string{
	"Abs", "Acos", "Acosh", "Add", "And", "Asin", "Asinh", "Atan", "Atanh", "BitShift", "BitwiseAnd", "BitwiseNot",
	"BitwiseOr", "BitwiseXor", "Ceil", "Celu", "Clip", "Cos", "Cosh", "CumSum", "DequantizeLinear", "Div", "Elu", "Equal",
	"Erf", "Exp", "Floor", "Gelu", "Greater", "GreaterOrEqual", "HardSigmoid", "HardSwish", "IsInf", "IsNaN", "LeakyRelu",
	"Less", "LessOrEqual", "Log", "Mish", "Mod", "Mul", "Neg", "Not", "Or", "PRelu", "Pow", "QuantizeLinear", "Reciprocal",
	"Relu", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Softsign", "Sqrt", "Sub", "Tan", "Tanh",
	"ThresholdedRelu", "Where", "Xor",
}

var reducing = []string{
	"ArgMax", "ArgMin", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "ReduceL1", "ReduceL2", "ReduceLogSum",
	"ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "TopK",
}

// folding operators take any number of inputs.
var folding = []string{"Max", "Mean", "Min", "Sum"}

func free(*meter) float64 { return 0 }

// each counts n per result.
func each(n float64) rule {
	return func(m *meter) float64 { return n * size(m.out()) }
}

// every counts one per element of the first input.
func every(m *meter) float64 { return size(m.in(0)) }

func fold(m *meter) float64 { return float64(len(m.node.GetInput())-1) * size(m.out()) }

// conv: every result is a sum of products over one filter. The weight is [results, channels of the group, window...].
func conv(m *meter) float64 {
	out, w := m.out(), m.in(1)
	if len(w) < 3 {
		return math.NaN()
	}
	return 2*size(out)*size(w[1:]) + m.bias(2, out)
}

// convTranspose: every element that goes in is spread over one filter. The weight is [channels, results of the group,
// window...].
func convTranspose(m *meter) float64 {
	out, x, w := m.out(), m.in(0), m.in(1)
	if len(w) < 3 {
		return math.NaN()
	}
	return 2*size(x)*size(w[1:]) + m.bias(2, out)
}

func gemm(m *meter) float64 {
	out, a := m.out(), m.in(0)
	if len(a) != 2 {
		return math.NaN()
	}
	depth := a[1]
	if m.integer("transA") != 0 {
		depth = a[0]
	}
	return 2*size(out)*float64(depth) + m.bias(2, out)
}

func matMul(m *meter) float64 {
	out, a := m.out(), m.in(0)
	if len(a) == 0 {
		return math.NaN()
	}
	return 2 * size(out) * float64(a[len(a)-1])
}

// recurrent: every step of every row is multiplied with all weights of the input and of the state. The input is [steps,
// rows, features], or with rows first.
func recurrent(m *meter) float64 {
	x, w, r := m.in(0), m.in(1), m.in(2)
	if len(x) != 3 {
		return math.NaN()
	}
	return 2 * size(x[:2]) * (size(w) + size(r))
}

func pool(m *meter) float64 {
	window := m.ints("kernel_shape")
	if len(window) == 0 {
		return math.NaN()
	}
	n := size(m.out())
	for _, k := range window {
		if k < 1 {
			return math.NaN()
		}
		n *= float64(k)
	}
	return n
}

// resize is free when it repeats the nearest element; interpolation is not counted.
func resize(m *meter) float64 {
	if mode := m.text("mode"); mode != "" && mode != "nearest" {
		return math.NaN()
	}
	return 0
}

// bias counts one per result if the node's i-th input is there.
func (m *meter) bias(i int, out []int64) float64 {
	if !m.has(i) {
		return 0
	}
	return size(out)
}
