package graph

import "math"

// heads describes an attention: so many heads, each with a score for every pair of a query and a key. Keys are as wide as
// width, values as values, over all heads of the queries.
type heads struct {
	rows, number, queries, keys int64
	width, values               float64
}

// count is that of two matrix products, of the softmax between them, and of the scale of the scores; extras is what else is
// done with each score. Masks save nothing.
func (h heads) count(extras float64) float64 {
	if h.number < 1 {
		return math.NaN()
	}
	pairs := float64(h.rows) * float64(h.queries) * float64(h.keys)
	return pairs * (2*h.width + 2*h.values + float64(h.number)*(6+extras))
}

// extras counts one for each of the given inputs that is there (masks, which are added), and three for a soft cap.
func (m *meter) extras(inputs ...int) float64 {
	n := 0.0
	for _, i := range inputs {
		if m.has(i) {
			n++
		}
	}
	if m.number("softcap") != 0 {
		n += 3
	}
	return n
}

// past returns how many keys a cache in input i holds; its sequence lies along the given axis. Negative when that cannot be
// told.
func (m *meter) past(i, rank, axis int) int64 {
	if !m.has(i) {
		return 0
	}
	if cache := m.in(i); len(cache) == rank {
		return cache[axis]
	}
	return -1
}

// attention takes queries, keys and values as [rows, sequence, heads * width] or [rows, heads, sequence, width]. Several
// heads of the queries may share one of the keys.
func attention(m *meter) float64 {
	q, k, v, past := m.in(0), m.in(1), m.in(2), m.past(4, 4, 2)
	if len(q) != len(k) || len(q) != len(v) || past < 0 {
		return math.NaN()
	}
	var h heads
	switch len(q) {
	case 3:
		h = heads{rows: q[0], number: m.integer("q_num_heads"), queries: q[1], keys: k[1] + past, width: float64(q[2])}
		h.values = float64(v[2]) * float64(h.number) / float64(m.integer("kv_num_heads"))
	case 4:
		h = heads{rows: q[0], number: q[1], queries: q[2], keys: k[2] + past, width: float64(q[1] * q[3])}
		h.values = float64(q[1]) * float64(v[3])
	}
	return h.count(m.extras(3))
}

// rotary turns pairs of numbers: two products and a sum for each number that is turned.
func rotary(m *meter) float64 {
	x := m.in(0)
	width := 0.0
	switch len(x) {
	case 3:
		width = float64(x[2]) / float64(m.integer("num_heads"))
	case 4:
		width = float64(x[3])
	default:
		return math.NaN()
	}
	return m.turn(size(x), width)
}

// turn counts the rotation of heads of a width, or of their first rotary_embedding_dim numbers.
func (m *meter) turn(numbers, width float64) float64 {
	part := 1.0
	if turned := m.integer("rotary_embedding_dim"); turned != 0 {
		part = float64(turned) / width
	}
	return 3 * numbers * part
}
