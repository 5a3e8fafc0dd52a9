package criteria

import (
	"math"
	"testing"
)

// twin evaluates a comparison as it reads. Go's != holds for NaN; here nothing does.
func twin(a float64, r relation, b float64) bool {
	switch r {
	case less:
		return a < b
	case lessOrEqual:
		return a <= b
	case equal:
		return a == b
	case notEqual:
		return a < b || a > b
	case greaterOrEqual:
		return a >= b
	default:
		return a > b
	}
}

// awkward are values at the edges of float64, with their neighbours.
var awkward = []float64{
	math.NaN(), math.Inf(-1), math.Inf(1), -math.MaxFloat64, math.MaxFloat64, -1, 1, math.Nextafter(1, 0),
	math.Nextafter(1, 2), 0, math.Copysign(0, -1), 5e-324, -5e-324, 1e-323, 2.2250738585072014e-308, 0.1, 0.3,
}

var allRelations = []relation{less, lessOrEqual, equal, notEqual, greaterOrEqual, greater}

func TestIntervalsAgreeWithComparisons(t *testing.T) {
	for _, r := range allRelations {
		for _, a := range awkward {
			for _, b := range awkward {
				o := Unknown()
				o[Energy], o[NextEnergy] = a, b
				if !math.IsNaN(b) && !math.IsInf(b, 0) { // constants are finite
					c := newCriterion([]node{bound{Energy, r, b}}, false)
					if got, want := c.Stop(&o), twin(a, r, b); got != want {
						t.Errorf("%v %v constant %v is %v, want %v", a, r, b, got, want)
					}
				}
				c := newCriterion([]node{pair{Energy, r, NextEnergy}}, false)
				want := twin(a, r, b) && !(math.IsInf(a, 0) && a == b)
				if got := c.Stop(&o); got != want {
					t.Errorf("%v %v metric %v is %v, want %v", a, r, b, got, want)
				}
			}
		}
	}
}

// A relation and its negation exclude each other, and one of them holds between known values; mirroring swaps sides.
func TestRelationsNegateAndMirror(t *testing.T) {
	for _, r := range allRelations {
		for _, a := range awkward {
			for _, b := range awkward {
				known := !math.IsNaN(a) && !math.IsNaN(b)
				if holds, opposite := twin(a, r, b), twin(a, r.negated(), b); holds && opposite || holds == opposite && known {
					t.Errorf("%v %v %v and its negation are %v and %v", a, r, b, holds, opposite)
				}
				if twin(a, r, b) != twin(b, r.mirrored(), a) {
					t.Errorf("%v %v %v is not what its mirror image is", a, r, b)
				}
			}
		}
	}
}

// Tests jump only to what precedes them, so that no program runs forever.
func TestProgramsJumpBackwards(t *testing.T) {
	for _, src := range []string{
		"confidence != 0.5", "true || exit > 1", "[exit > 1, !(exit > 2 && (margin > 0.5 || false) || battery != 1), true]",
	} {
		c, diags := Parse(src, 4, All())
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		for i, step := range c.program {
			if here := first + int32(i); step.yes >= here || step.no >= here {
				t.Errorf("%s: test %d jumps forward: %+v", src, here, step)
			}
		}
	}
}
