package onnx

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// garden grows a random model that the runtime runs, in the notation of package sketch. Most tensors are float32 of shape
// [N 4 8]: to convolutions four channels, to attention four words of eight features.
type garden struct {
	*rand.Rand
	opset  int
	rows   string // of the inputs: N, or a number
	text   strings.Builder
	floats []bud
	typed  []bud
	exits  []string
	names  int
}

// bud is a tensor that may be used. Exact ones do not depend on how a run rounds, so that a step may follow.
type bud struct {
	name, dtype string
	exact       bool
}

func (g *garden) line(format string, args ...any) { fmt.Fprintf(&g.text, format+"\n", args...) }

func (g *garden) fresh() string {
	g.names++
	return fmt.Sprintf("t%d", g.names)
}

// pick returns a float tensor, a late one more often than not, as in real networks.
func (g *garden) pick() bud {
	if n := len(g.floats); g.IntN(3) > 0 {
		return g.floats[n-1-g.IntN(min(n, 3))]
	}
	return g.floats[g.IntN(len(g.floats))]
}

// exactly returns a float tensor that is exact.
func (g *garden) exactly() bud {
	for {
		if b := g.floats[g.IntN(len(g.floats))]; b.exact {
			return b
		}
	}
}

func (g *garden) grew(name string, exact bool) {
	g.floats = append(g.floats, bud{name, "float32", exact})
}

// weights are shared by all that use them.
const weights = `
	init w[8 8]
	init v[8 8]
	init k[4 4 3]
	init scale[8]
	init shift[8]
	init mean[4]
	init variance[4] = 1 2 3 4
	init table[9 8]
	init head[32 5]
	init back[5 32]
	init flat int64[2] = 0 32
	init square int64[3] = 0 4 8
	init twice int64[] = 2
	init yes bool[] = 1
	init step[] = 0.125
	init zero uint8[] = 128`

// grow writes a model of some operators with two to five exits.
func grow(seed uint64, opset int) (text string, exits []string) {
	g := &garden{Rand: rand.New(rand.NewPCG(seed, uint64(opset))), opset: opset, rows: []string{"N", "N", "N", "1", "3"}[seed%5]}
	g.line("opset %d", opset)
	g.line("%s", weights)
	if opset >= 15 { // functions came with IR version 8
		g.line("function Block(a, w) c\nattribute axis\nb = MatMul(a, w)\nd = Tanh(b)\ne = Softmax(d) axis=$axis\nc = Add(a, e)\nend")
	}
	g.line("input x[%s 4 8]", g.rows)
	g.grew("x", true)
	if g.IntN(2) == 0 {
		g.line("input words int64[%s 4]", g.rows)
		name := g.fresh()
		g.line("%s = Gather(table, words) axis=0", name)
		g.grew(name, true)
	}
	for left := 1 + g.IntN(4); left >= 0; left-- {
		for range 2 + g.IntN(5) {
			g.sprout()
		}
		if left == 0 { // everything that has been left aside, so that every input is used by an exit
			g.line("all = Sum(%s, x)\nrest = Tanh(all)", strings.Join(g.leaves(), ", "))
			g.grew("rest", false)
		}
		g.exit()
	}
	return g.text.String(), g.exits
}

// leaves are the tensors that came from inputs.
func (g *garden) leaves() []string {
	var names []string
	for _, b := range g.floats {
		if b.exact {
			names = append(names, b.name)
		}
	}
	return names
}

// sprout adds an operator, or a few that belong together.
func (g *garden) sprout() {
	kinds := []func(string){g.unary, g.binary, g.dense, g.convolution, g.norm, g.attention, g.concat, g.split, g.shapes, g.cast, g.uncast, g.branch, g.loop,
		g.quantized, g.choice, g.clip}
	if g.opset >= 15 {
		kinds = append(kinds, g.block)
	}
	if g.opset >= 23 {
		kinds = append(kinds, g.fusedAttention)
	}
	kinds[g.IntN(len(kinds))](g.fresh())
}

func (g *garden) unary(to string) {
	a := g.pick()
	op := []string{"Relu", "Neg", "Abs", "Sigmoid", "Tanh", "Sin"}[g.IntN(6)]
	g.line("%s = %s(%s)", to, op, a.name)
	g.grew(to, a.exact && (op == "Relu" || op == "Neg" || op == "Abs"))
}

func (g *garden) binary(to string) {
	a, b := g.pick(), g.pick()
	g.line("%s_ = %s(%s, %s)\n%s = Tanh(%s_)", to, []string{"Add", "Mul", "Sub"}[g.IntN(3)], a.name, b.name, to, to)
	g.grew(to, false)
}

func (g *garden) dense(to string) {
	g.line("%s_ = MatMul(%s, %s)\n%s = Tanh(%s_)", to, g.pick().name, []string{"w", "v"}[g.IntN(2)], to, to)
	g.grew(to, false)
}

func (g *garden) convolution(to string) {
	g.line("%s_ = Conv(%s, k) pads=1,1\n%s = Tanh(%s_)", to, g.pick().name, to, to)
	g.grew(to, false)
}

func (g *garden) norm(to string) {
	if g.opset >= 17 && g.IntN(2) == 0 {
		g.line("%s = LayerNormalization(%s, scale, shift) axis=-1", to, g.pick().name)
	} else {
		g.line("%s = BatchNormalization(%s, mean, mean, mean, variance)", to, g.pick().name)
	}
	g.grew(to, false)
}

// attention is a layer of a transformer: every word looks at every other.
func (g *garden) attention(to string) {
	a := g.pick().name
	g.line("%s_q = MatMul(%s, w)\n%s_k = MatMul(%s, v)", to, a, to, a)
	g.line("%s_t = Transpose(%s_k) perm=0,2,1\n%s_s = MatMul(%s_q, %s_t)", to, to, to, to, to)
	g.line("%s_p = Softmax(%s_s) axis=2\n%s_o = MatMul(%s_p, %s)\n%s = Add(%s_o, %s)", to, to, to, to, a, to, to, a)
	g.grew(to, false)
}

func (g *garden) fusedAttention(to string) {
	a := g.pick().name
	g.line("%s = Attention(%s, %s, %s) q_num_heads=2 kv_num_heads=2", to, a, a, a)
	g.grew(to, false)
}

// concat is a layer of a dense network: earlier tensors side by side.
func (g *garden) concat(to string) {
	a, b, c := g.pick().name, g.pick().name, g.floats[0].name
	g.line("%s_ = Concat(%s, %s, %s) axis=1\n%s_a, %s_b, %s_c = Split(%s_) axis=1%s\n%s = Add(%s_c, %s_a)",
		to, a, b, c, to, to, to, to, g.parts(3), to, to, to)
	g.grew(to, false)
}

// parts asks a Split for equal parts, as its version has it.
func (g *garden) parts(n int) string {
	if g.opset >= 18 {
		return fmt.Sprintf(" num_outputs=%d", n)
	}
	return ""
}

func (g *garden) split(to string) {
	a := g.pick()
	g.line("%s_a, %s_b = Split(%s) axis=1%s\n%s = Concat(%s_b, %s_a) axis=1", to, to, a.name, g.parts(2), to, to, to)
	g.grew(to, a.exact)
}

// shapes takes a tensor's shape, which does not travel, to bring another one back into form.
func (g *garden) shapes(to string) {
	a, b := g.pick(), g.pick()
	g.line("%s_s = Shape(%s)\n%s_f = Reshape(%s, flat)\n%s = Reshape(%s_f, %s_s)", to, b.name, to, a.name, to, to, to)
	g.grew(to, a.exact)
}

// dtypes are the element types that a step to and back may use, by their numbers in the format.
var dtypes = map[string]int{"int64": 7, "int32": 6, "uint8": 2, "bool": 9, "float64": 11, "float16": 10}

func (g *garden) cast(to string) {
	a := g.exactly()
	name := []string{"int64", "int32", "uint8", "bool", "float64", "float16"}[g.IntN(6)]
	g.line("%s_ = Abs(%s)\n%s = Cast(%s_) to=%d", to, a.name, to, to, dtypes[name])
	g.typed = append(g.typed, bud{to, name, true})
}

func (g *garden) uncast(to string) {
	if len(g.typed) == 0 {
		g.unary(to)
		return
	}
	a := g.typed[g.IntN(len(g.typed))]
	g.line("%s = Cast(%s) to=1", to, a.name)
	g.grew(to, true)
}

// choice needs a bool.
func (g *garden) choice(to string) {
	a := g.exactly()
	g.line("%s_a = Abs(%s)\n%s_m = Cast(%s) to=9\n%s = Where(%s_m, %s_a, %s)", to, a.name, to, a.name, to, to, to, g.pick().name)
	g.typed = append(g.typed, bud{to + "_m", "bool", true})
	g.grew(to, false)
}

func (g *garden) clip(to string) {
	a := g.pick()
	g.line("%s = Clip(%s, _, step)", to, a.name)
	g.grew(to, a.exact)
}

func (g *garden) quantized(to string) {
	g.line("%s_ = QuantizeLinear(%s, step, zero)\n%s = DequantizeLinear(%s_, step, zero)", to, g.exactly().name, to, to)
	g.grew(to, false)
	g.typed = append(g.typed, bud{to + "_", "uint8", true})
}

// branch captures from outside, in a body within a body too. Its condition holds for a whole batch.
func (g *garden) branch(to string) {
	a, b, c := g.pick().name, g.pick().name, g.exactly().name
	g.line("body %s_then\n%s_t = Add(%s, %s)\noutput %s_t[? 4 8]\nend", to, to, a, b, to)
	g.line("body %s_inner\n%s_i = Neg(%s)\noutput %s_i[? 4 8]\nend", to, to, a, to)
	g.line("body %s_else\n%s_e = If(yes) then_branch=@%s_inner else_branch=@%s_inner\noutput %s_e[? 4 8]\nend", to, to, to, to, to)
	g.line("%s_f = Flatten(%s) axis=0\n%s_m = ReduceMax(%s_f) keepdims=0\n%s_c = Cast(%s_m) to=9", to, c, to, to, to, to)
	g.line("%s_r = If(%s_c) then_branch=@%s_then else_branch=@%s_else\n%s = Tanh(%s_r)", to, to, to, to, to, to)
	g.grew(to, false)
}

// loop adds a tensor from outside, twice.
func (g *garden) loop(to string) {
	a, b := g.pick().name, g.pick().name
	g.line("body %s_body\ninput %s_n int64[]\ninput %s_go bool[]\ninput %s_in[? 4 8]", to, to, to, to)
	g.line("%s_on = Identity(%s_go)\n%s_out = Add(%s_in, %s)\noutput %s_on bool[]\noutput %s_out[? 4 8]\nend", to, to, to, to, b, to, to)
	g.line("%s_l = Loop(twice, yes, %s) body=@%s_body\n%s = Tanh(%s_l)", to, a, to, to, to)
	g.grew(to, false)
}

func (g *garden) block(to string) {
	g.line("%s_ = local.Block(%s, w) axis=2\n%s = Tanh(%s_)", to, g.pick().name, to, to)
	g.grew(to, false)
}

// exit adds a head, which shares its weights with the others. Some feed what follows, some are not float32.
func (g *garden) exit() {
	name := fmt.Sprintf("exit%d", len(g.exits)+1)
	g.line("%s_f = Reshape(%s, flat)", name, g.floats[len(g.floats)-1].name)
	switch g.IntN(6) {
	case 0:
		g.line("%s_m = MatMul(%s_f, head)\n%s = Cast(%s_m) to=11\noutput %s float64[? 5]", name, name, name, name, name)
	case 1:
		g.line("%s_m = MatMul(%s_f, head)\n%s = Cast(%s_m) to=10\noutput %s", name, name, name, name, name)
	case 2:
		g.line("%s = MatMul(%s_f, head)\noutput %s", name, name, name)
		g.line("%s_b = MatMul(%s, back)\n%s_t = Tanh(%s_b)\n%s_r = Reshape(%s_t, square)", name, name, name, name, name, name)
		g.grew(name+"_r", false)
	default:
		g.line("%s = MatMul(%s_f, head)\noutput %s[? 5]", name, name, name)
	}
	g.exits = append(g.exits, name)
}
