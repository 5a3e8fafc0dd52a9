package chart

import (
	"math"
	"strconv"
)

// span is the values that an axis shows, with the step between its ticks.
type span struct {
	low, high, step float64
}

// newSpan has room for all from low to high, both finite, and begins and ends at a tick. The step is 1, 2 or 5 times a power
// of ten (Heckbert, "Nice Numbers for Graph Labels", Graphics Gems, 1990).
func newSpan(low, high float64) span {
	if largest := max(math.Abs(low), math.Abs(high)); largest < 1e-290 {
		low, high = -1, 1 // as good as 0, and too small to divide
	} else if high-low <= 1e-6*largest {
		// All values are one, or as good as that: it stands in the middle.
		low, high = low-largest/10, high+largest/10
	}
	const intervals = 5
	step := nice((high - low) / intervals)
	return span{math.Floor(low/step+1e-9) * step, math.Ceil(high/step-1e-9) * step, step}
}

// nice is the smallest step that is at least f, up to a rounding.
func nice(f float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(f)))
	for _, n := range []float64{1, 2, 5} {
		if f <= n*power*(1+1e-9) {
			return n * power
		}
	}
	return 10 * power
}

// part is how far v is on the way from low, 0, to high, 1.
func (s span) part(v float64) float64 { return (v - s.low) / (s.high - s.low) }

func (s span) ticks() []float64 {
	var all []float64
	first := math.Round(s.low / s.step)
	for i := range int(math.Round((s.high-s.low)/s.step)) + 1 {
		all = append(all, (first+float64(i))*s.step)
	}
	return all
}

// write gives a tick the digits that tell it from the next.
func (s span) write(v float64) string {
	if digits := -math.Floor(math.Log10(s.step) + 1e-9); digits <= 6 && math.Abs(v) < 1e7 {
		return strconv.FormatFloat(v+0, 'f', max(0, int(digits)), 64) // +0: there is no -0
	}
	return strconv.FormatFloat(v+0, 'g', 7, 64)
}
