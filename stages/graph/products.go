package graph

import "math"

// conv: every result is a sum of products over one filter. The filters lie in input w, [results, channels of the group,
// window...], a bias in input b.
func conv(w, b int) rule {
	return func(m *meter) float64 {
		out, filters := m.out(), m.in(w)
		if len(filters) < 3 {
			return math.NaN()
		}
		return 2*size(out)*size(filters[1:]) + m.extra(b)
	}
}

// convTranspose: every element that goes in is spread over one filter. The weight is [channels, results of the group,
// window...].
func convTranspose(m *meter) float64 {
	x, w := m.in(0), m.in(1)
	if len(w) < 3 {
		return math.NaN()
	}
	return 2*size(x)*size(w[1:]) + m.extra(2)
}

// deformConv is a convolution over points that are interpolated first, those of every window in every channel, and maybe
// weighted by a mask.
func deformConv(m *meter) float64 {
	x, w, out := m.in(0), m.in(1), m.out()
	if len(x) != 4 || len(w) != 4 || len(out) != 4 {
		return math.NaN()
	}
	points := size(x[:2]) * size(w[2:]) * size(out[2:])
	per := 2 * taps(2, 2)
	if m.has(4) {
		per++
	}
	return 2*size(out)*size(w[1:]) + m.extra(3) + points*per
}

// gemm multiplies two matrices and adds input c.
func gemm(c int) rule {
	return func(m *meter) float64 {
		a := m.in(0)
		if len(a) != 2 {
			return math.NaN()
		}
		depth := a[1]
		if m.flag("transA") {
			depth = a[0]
		}
		return 2*size(m.out())*float64(depth) + m.extra(c)
	}
}

func matMul(m *meter) float64 {
	a := m.in(0)
	if len(a) == 0 {
		return math.NaN()
	}
	return 2 * size(m.out()) * float64(a[len(a)-1])
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

// affineGrid multiplies every point with a matrix of which one is given for each row, [rows, axes, axes+1].
func affineGrid(m *meter) float64 {
	theta := m.in(0)
	if len(theta) != 3 {
		return math.NaN()
	}
	return 2 * size(m.out()) * float64(theta[2])
}

// determinant takes n by n matrices apart, at 2/3 n^3 each.
func determinant(m *meter) float64 {
	x := m.in(0)
	if len(x) < 2 {
		return math.NaN()
	}
	return 2.0 / 3 * size(x) * float64(x[len(x)-1])
}
