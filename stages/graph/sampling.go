package graph

import "math"

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

// taps is the number of elements that an interpolation between n of them along each axis looks at.
func taps(n float64, axes int) float64 { return math.Pow(n, float64(axes)) }

// interpolation counts a multiply-add per tap and result, along a number of axes. Its weights are left out.
func interpolation(mode string, axes int, out []int64) float64 {
	switch {
	case mode == "nearest":
		return 0
	case axes < 1:
		return math.NaN()
	case mode == "linear", mode == "bilinear":
		return 2 * taps(2, axes) * size(out)
	case mode == "cubic", mode == "bicubic":
		return 2 * taps(4, axes) * size(out)
	}
	return math.NaN()
}

// resize repeats the nearest element, which is free, or interpolates along the axes whose extent changes. With a filter
// against aliases, or a crop, it looks at other elements than that.
func resize(m *meter) float64 {
	mode := m.text("mode")
	if mode == "" || mode == "nearest" {
		return 0
	}
	x, out, axes := m.in(0), m.out(), 0
	if len(x) != len(out) || m.flag("antialias") || m.text("coordinate_transformation_mode") == "tf_crop_and_resize" {
		return math.NaN()
	}
	for i := range x {
		if x[i] != out[i] {
			axes++
		}
	}
	if axes == 0 {
		return 0
	}
	return interpolation(mode, axes, out)
}

// gridSample interpolates along all axes behind rows and channels.
func gridSample(m *meter) float64 {
	mode, out := m.text("mode"), m.out()
	if mode == "" {
		mode = "linear"
	}
	return interpolation(mode, len(out)-2, out)
}

// roiAlign pools a fixed number of points, each interpolated. Without that number it follows from the data.
func roiAlign(m *meter) float64 {
	n := float64(m.integer("sampling_ratio"))
	if n < 1 {
		return math.NaN()
	}
	return size(m.out()) * n * n * (2*taps(2, 2) + 1)
}
