package graph

import (
	"fmt"
	"testing"
)

// Attention by hand. With L queries, T keys, H heads of width D, and values as wide: 2*L*T*H*D for the scores, as much for the
// values, and for each of the H*L*T scores one for the scale and five for the softmax.
var attentionByHand = []example{
	{"four axes, 2 heads of width 8, 10 queries, 20 keys", `
		input q[N 2 10 8]
		input k[N 2 20 8]
		input v[N 2 20 8]
		y = Attention(q, k, v)
		output y[N 2 10 8]`, 4*10*20*2*8 + 2*10*20*6},
	{"three axes, with a mask", `
		input q[N 10 16]
		input k[N 20 16]
		input v[N 20 16]
		init m[10 20]
		y = Attention(q, k, v, m) q_num_heads=2 kv_num_heads=2
		output y[N 10 16]`, 4*10*20*2*8 + 2*10*20*7},
	{"values of another width", `
		input q[N 2 10 8]
		input k[N 2 20 8]
		input v[N 2 20 5]
		y = Attention(q, k, v)
		output y[N 2 10 5]`, 2*10*20*2*8 + 2*10*20*2*5 + 2*10*20*6},
	{"4 heads of queries share 2 of keys; 7 keys in a cache; a soft cap", `
		input q[N 10 32]
		input k[N 20 16]
		input v[N 20 16]
		input pk[N 2 7 8]
		input pv[N 2 7 8]
		y = Attention(q, k, v, _, pk, pv) q_num_heads=4 kv_num_heads=2 softcap=50.0
		output y[N 10 32]`, 4*10*27*4*8 + 4*10*27*9},
	{"rotation, all of it", `
		input x[N 2 10 8]
		init c[20 4]
		y = RotaryEmbedding(x, c, c)
		output y[N 2 10 8]`, 3 * 2 * 10 * 8},
	{"rotation of a half of each head", `
		input x[N 10 16]
		init c[20 2]
		y = RotaryEmbedding(x, c, c) num_heads=2 rotary_embedding_dim=4
		output y[N 10 16]`, 3 * 10 * 2 * 4},
	{"an attention layer of BERT base, 128 tokens, up to its output projection", `
		input x[N 128 768]
		init w[768 2304]
		init b[2304]
		input m int32[N 128]
		y = com.microsoft.Attention(x, w, b, m) num_heads=12
		output y[N 128 768]`,
		3*(2*128*768*768+128*768) + // queries, keys and values
			2*12*128*128*64 + 12*128*128*(1+1+5) + 2*12*128*128*64},
	{"merged attention with a cache", `
		input x[N 3 16]
		init w[16 48]
		init p[2 1 2 5 8]
		y = com.microsoft.Attention(x, w, _, _, p) num_heads=2
		output y[N 3 16]`, 2*3*16*48 + 4*3*(3+5)*16 + 2*3*(3+5)*6},
	{"merged and quantised", `
		input x uint8[N 3 16]
		init w uint8[16 48]
		init b[48]
		init s[]
		init z uint8[]
		y = com.microsoft.QAttention(x, w, b, s, s, _, z, z) num_heads=2
		output y[N 3 16]`, 3*48*(2*16+1+1) + 4*3*3*16 + 2*3*3*6},
	{"merged, with a rotation", `
		input x[N 3 16]
		init w[16 48]
		init b[48]
		y = com.microsoft.Attention(x, w, b) num_heads=2 do_rotary=1
		output y[N 3 16]`, 3*48*(2*16+1) + 4*3*3*16 + 2*3*3*6 + 3*3*(16+16)},
	{"projected before, but for the biases", `
		input q[N 10 16]
		input k[N 20 16]
		input v[N 20 16]
		init b[48]
		y = com.microsoft.MultiHeadAttention(q, k, v, b) num_heads=2
		output y[N 10 16]`, 4*10*20*16 + 2*10*20*6 + (10+20+20)*16},
	{"keys by heads", `
		input q[N 10 16]
		input k[N 2 20 8]
		input v[N 2 20 8]
		y = com.microsoft.MultiHeadAttention(q, k, v) num_heads=2
		output y[N 10 16]`, 4*10*20*16 + 2*10*20*6},
	{"all in one tensor", `
		input q[N 10 2 3 8]
		y = com.microsoft.MultiHeadAttention(q) num_heads=2
		output y[N 10 16]`, 4*10*10*16 + 2*10*10*6},
	{"one new token, 100 in the cache, 4 heads that share 2", `
		input q[N 1 32]
		input k[N 1 16]
		input v[N 1 16]
		input pk[N 2 100 8]
		input pv[N 2 100 8]
		input n int32[N]
		init total int32[]
		init c[200 4]
		y, nk, nv = com.microsoft.GroupQueryAttention(q, k, v, pk, pv, n, total, c, c) num_heads=4 kv_num_heads=2 do_rotary=1
		value nk[N 2 101 8]
		output y[N 1 32]`, 4*1*101*4*8 + 4*1*101*6 + 3*(4+2)*8},
}

// An attention costs what the operators cost that it stands for.
func TestAttentionIsTheSumOfItsParts(t *testing.T) {
	const heads, queries, keys, width = 3, 11, 23, 8
	inputs := fmt.Sprintf("input q[N %d %d %d]\ninput k[N %d %d %d]\ninput v[N %[4]d %[5]d %[6]d]\n",
		heads, queries, width, heads, keys, width)
	whole := flopsOf(t, inputs+fmt.Sprintf("y = Attention(q, k, v)\noutput y[N %d %d %d]", heads, queries, width))
	scores := fmt.Sprintf("[N %d %d %d]\n", heads, queries, keys)
	parts := flopsOf(t, inputs+`
		init scale[1]
		kt = Transpose(k) perm=0,1,3,2
		s = MatMul(q, kt)
		scaled = Mul(s, scale)
		p = Softmax(scaled)
		y = MatMul(p, v)
		value s`+scores+"value scaled"+scores+"value p"+scores+
		fmt.Sprintf("output y[N %d %d %d]", heads, queries, width))
	if whole != parts {
		t.Errorf("an attention costs %v, its parts %v", whole, parts)
	}
}
