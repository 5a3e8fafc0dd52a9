package graph

import "math"

// contributed holds operators of the domain com.microsoft, which ONNX Runtime puts into the models that it optimises and
// quantises. Their definitions are in its docs/ContribOperators.md.
var contributed = map[string]rule{
	"FusedConv": fusedConv, "NhwcFusedConv": fusedConv, "NhwcConv": conv(1, 2), "QLinearConv": quantised(conv(3, 8)),

	"FusedGemm": activated(gemm(2)), "GemmFastGelu": together(matMul, with(2), each(1)), "QGemm": quantised(gemm(6)),
	"FusedMatMul": fusedMatMul, "TransposeMatMul": fusedMatMul,
	"MatMulNBits": together(matMul, with(5)), "MatMulInteger16": matMul,
	"MatMulIntegerToFloat":  together(quantised(matMul), with(6)),
	"DynamicQuantizeMatMul": together(thrice, quantised(matMul), with(4)), "DynamicQuantizeLSTM": recurrent,

	"Attention": mergedAttention(4, 3, 5), "QAttention": together(mergedAttention(8, 5), projected),
	"MultiHeadAttention": multiHeadAttention, "GroupQueryAttention": groupQueryAttention, "RotaryEmbedding": rotary,

	"SkipLayerNormalization":           together(each(8), with(4)),
	"SkipSimplifiedLayerNormalization": together(each(5), with(3)),
	"SimplifiedLayerNormalization":     each(4),
	"EmbedLayerNormalization":          together(each(8), with(4)),

	"Gelu": each(1), "QuickGelu": each(1), "FastGelu": together(each(1), with(1)), "BiasGelu": each(2),
	"BiasAdd": each(2), "BiasSoftmax": each(6), "QuantizeLinear": each(1), "DequantizeLinear": each(1),

	"QLinearAdd": each(2), "QLinearMul": each(2), "QLinearSigmoid": each(2), "QLinearLeakyRelu": each(2),
	"QLinearSoftmax": each(6), "QLinearConcat": each(1), "QLinearAveragePool": quantised(pool),
	"QLinearGlobalAveragePool": quantised(every), "QLinearReduceMean": quantised(every),
	"NhwcMaxPool": pool, "GridSample": gridSample,
}

// blocked holds operators of the domain com.microsoft.nchwc, which work on blocks of channels. Where the channels do not fill
// the last block, what is computed for nothing counts as well.
var blocked = map[string]rule{
	"Conv": fusedConv, "MaxPool": pool, "AveragePool": pool, "GlobalMaxPool": every, "GlobalAveragePool": every,
	"ReorderInput": free, "ReorderOutput": free,
}

// together is a rule made of several.
func together(parts ...rule) rule {
	return func(m *meter) float64 {
		n := 0.0
		for _, r := range parts {
			n += r(m)
		}
		return n
	}
}

// with counts one per result if the i-th input is there.
func with(i int) rule {
	return func(m *meter) float64 { return m.extra(i) }
}

// thrice is what it takes to quantise an input by its own extremes.
func thrice(m *meter) float64 { return 3 * every(m) }

// activated is a rule with one more per result if the node has an activation.
func activated(r rule) rule {
	return func(m *meter) float64 {
		if m.text("activation") == "" {
			return r(m)
		}
		return r(m) + size(m.out())
	}
}

// fusedConv may add a tensor to its results, and apply an activation.
var fusedConv = activated(together(conv(1, 2), with(3)))

// fusedMatMul may transpose its first input: the last two axes, or with transBatchA the first axis to their place.
func fusedMatMul(m *meter) float64 {
	a := m.in(0)
	if len(a) < 2 {
		return matMul(m)
	}
	depth := a[len(a)-1]
	if m.flag("transA") {
		depth = a[len(a)-2]
		if m.flag("transBatchA") {
			depth = a[0]
		}
	}
	return 2 * size(m.out()) * float64(depth)
}

// mergedAttention projects one input, [rows, sequence, features], to queries, keys and values with one weight, [features,
// all three], and lets the sequence attend to itself and to what a cache holds, [2, rows, heads, sequence, width]. The
// cache and the masks are in the inputs that are given.
func mergedAttention(cache int, masks ...int) rule {
	return func(m *meter) float64 {
		x, w, out, past := m.in(0), m.in(1), m.out(), m.past(cache, 5, 3)
		if len(x) != 3 || len(w) != 2 || len(out) != 3 || w[1] < out[2] || past < 0 {
			return math.NaN()
		}
		if m.flag("past_present_share_buffer") { // a cache with room for more than it holds
			return math.NaN()
		}
		h := heads{rows: x[0], number: m.integer("num_heads"), queries: x[1], keys: x[1] + past, values: float64(out[2])}
		h.width = float64(w[1]-out[2]) / 2
		n := 2*size(x)*float64(w[1]) + h.count(m.extras(masks...))
		if m.has(2) { // a bias
			n += projected(m)
		}
		if m.flag("do_rotary") {
			n += m.turn(2*size(x[:2])*h.width, h.width/float64(h.number))
		}
		return n
	}
}

// projected counts one per number of the queries, keys and values that mergedAttention makes.
func projected(m *meter) float64 {
	x, w := m.in(0), m.in(1)
	if len(x) != 3 || len(w) != 2 {
		return math.NaN()
	}
	return size(x[:2]) * float64(w[1])
}

// multiHeadAttention takes what was projected before, maybe without its bias: queries as [rows, sequence, width], keys and
// values likewise or as [rows, heads, sequence, width]. All may come packed in one tensor of five axes.
func multiHeadAttention(m *meter) float64 {
	q, k, out, past := m.in(0), m.in(1), m.out(), m.past(6, 4, 2)
	if len(out) != 3 || past < 0 || m.has(8) { // 8 says how much of the cache is filled
		return math.NaN()
	}
	h := heads{rows: out[0], number: m.integer("num_heads"), queries: out[1], values: float64(out[2])}
	own := int64(0)
	switch {
	case len(q) == 5: // [rows, sequence, heads, 3, width]
		own, h.width = q[1], float64(q[2]*q[4])
	case len(q) == 3 && (len(k) == 3 || len(k) == 5): // 5: [rows, sequence, heads, 2, width]
		own, h.width = k[1], float64(q[2])
	case len(q) == 3 && len(k) == 4:
		own, h.width = k[2], float64(q[2])
	default:
		return math.NaN()
	}
	h.keys = own + past
	n := h.count(m.extras(4, 5))
	if m.has(3) {
		n += float64(h.rows) * (float64(h.queries)*h.width + float64(own)*(h.width+h.values))
	}
	return n
}

// groupQueryAttention attends to all that its second output holds, [rows, heads of the keys, sequence, width], in which it
// leaves what it read from a cache and what is new.
func groupQueryAttention(m *meter) float64 {
	q, out, present := m.in(0), m.out(), m.shape(m.node.GetOutput(), 1)
	number := m.integer("num_heads")
	if len(q) != 3 || len(out) != 3 || len(present) != 4 || number < 1 {
		return math.NaN()
	}
	h := heads{rows: q[0], number: number, queries: q[1], keys: present[2], width: float64(out[2]), values: float64(out[2])}
	n := h.count(m.extras(10))
	if m.flag("do_rotary") {
		width := h.width / float64(number)
		turned := float64(number + m.integer("kv_num_heads"))
		n += m.turn(size(q[:2])*turned*width, width)
	}
	return n
}
