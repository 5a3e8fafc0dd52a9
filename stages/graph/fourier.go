package graph

import "math"

// fourier transforms along one axis of [rows, ..., 1 or 2]; a last dimension of 1 is real.
func fourier(m *meter) float64 {
	x := m.in(0)
	axis, ok := m.fourierAxis(len(x))
	if !ok || x[axis] == 0 || m.flag("inverse") && m.flag("onesided") {
		return math.NaN()
	}
	n, numbers := x[axis], x[len(x)-1]
	if m.has(1) { // an extent to pad or cut to, which shows in the result if that is whole
		out := m.out()
		if m.flag("onesided") || len(out) != len(x) {
			return math.NaN()
		}
		n = out[axis]
	}
	return size(x) / float64(x[axis]*numbers) * transform(n, numbers)
}

// fourierAxis returns the axis that a DFT runs along. From opset 20 on an input tells it, before that an attribute; with one
// axis between rows and numbers there is no other.
func (m *meter) fourierAxis(rank int) (int, bool) {
	if rank == 3 {
		return 1, true
	}
	axis := int(m.integer("axis"))
	if axis < 0 {
		axis += rank
	}
	return axis, !m.has(2) && axis > 0 && axis < rank-1
}

// shortFourier transforms every frame, weighted by a window. The signal is [rows, samples, 1 or 2], the result [rows, frames,
// frequencies, 2].
func shortFourier(m *meter) float64 {
	x, out, window := m.in(0), m.out(), m.in(2)
	if len(x) < 2 || len(out) != 4 || len(window) != 1 {
		return math.NaN()
	}
	numbers := int64(1)
	if len(x) == 3 {
		numbers = x[2]
	}
	return size(out[:2]) * (transform(window[0], numbers) + float64(window[0]*numbers))
}

// transform is the usual figure for a fast Fourier transform of n elements: 5 n log2 n, half of it if they are real, one
// number instead of two.
func transform(n, numbers int64) float64 {
	if n < 1 || numbers < 1 || numbers > 2 {
		return math.NaN()
	}
	return 2.5 * float64(numbers) * float64(n) * math.Log2(float64(n))
}
