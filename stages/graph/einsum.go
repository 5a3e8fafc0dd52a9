package graph

import (
	"math"
	"math/bits"
	"strings"
)

func einsum(m *meter) float64 {
	shapes := make([][]int64, len(m.node.GetInput()))
	for i := range shapes {
		if shapes[i] = m.in(i); shapes[i] == nil {
			return math.NaN()
		}
	}
	return contraction(m.text("equation"), shapes)
}

// ellipsis is the label of all the axes that "..." stands for; 0 to 51 are the letters.
const ellipsis = 52

// labels is a set of labels.
type labels uint64

// extents binds the labels of an equation to the dimensions of its terms.
type extents struct {
	of   [ellipsis]int64 // -1 as long as it is not known
	wide []int64         // the axes of the ellipsis, the last one first
	uses [ellipsis]int   // how often a letter occurs in the terms
}

// contraction counts an Einsum, NaN if equation and shapes do not fit together. Terms are combined from left to right, and
// an index is summed once no later term needs it, as runtimes do: so a step costs a product for each point of the indexes of
// its two sides, and a sum if one of them ends there.
func contraction(equation string, shapes [][]int64) float64 {
	left, right, told := strings.Cut(strings.ReplaceAll(equation, " ", ""), "->")
	if strings.Count(left, ",")+1 != len(shapes) {
		return math.NaN()
	}
	e := &extents{wide: []int64{}}
	for i := range e.of {
		e.of[i] = -1
	}
	terms := make([]labels, len(shapes))
	for i, term := range strings.Split(left, ",") {
		var ok bool
		if terms[i], ok = e.bind(term, shapes[i]); !ok {
			return math.NaN()
		}
	}
	result := e.implied()
	if told {
		var ok bool
		if result, ok = parseLabels(right); !ok {
			return math.NaN()
		}
	}
	return e.contract(terms, result)
}

// contract counts the steps.
func (e *extents) contract(terms []labels, result labels) float64 {
	needed := make([]labels, len(terms)) // behind each term
	for i := len(terms) - 1; i >= 0; i-- {
		needed[i] = result
		if i+1 < len(terms) {
			needed[i] = needed[i+1] | terms[i+1]
		}
	}
	left, sum := terms[0], 0.0
	if len(terms) == 1 {
		sum = e.step(left, needed[0], 0)
	}
	for i, term := range terms[1:] {
		sum += e.step(left|term, needed[i+1], 1)
		left = (left | term) & needed[i+1]
	}
	return sum
}

// step counts products and, unless all indexes are needed on, a sum for each point.
func (e *extents) step(indexes, needed labels, products float64) float64 {
	if indexes&^needed != 0 {
		products++
	}
	for ; indexes != 0; indexes &= indexes - 1 {
		if i := bits.TrailingZeros64(uint64(indexes)); i == ellipsis {
			products *= size(e.wide)
		} else {
			products *= float64(e.of[i])
		}
	}
	return products
}

// implied is the result that an equation without an arrow has: what occurs once, and the ellipsis.
func (e *extents) implied() labels {
	result := labels(1) << ellipsis
	for i, n := range e.uses {
		if n == 1 {
			result |= 1 << i
		}
	}
	return result
}

// bind reads one term, such as "b...ij", and notes what its labels extend over.
func (e *extents) bind(term string, shape []int64) (labels, bool) {
	set := labels(0)
	for at := 0; len(term) > 0 || at < len(shape); {
		l, rest, ok := cutLabel(term)
		if !ok || l == ellipsis && set&(1<<ellipsis) != 0 {
			return 0, false
		}
		set |= 1 << l
		term = rest
		if l == ellipsis {
			width := len(shape) - at - len(rest)
			if width < 0 || !e.widen(shape[at:at+width]) {
				return 0, false
			}
			at += width
			continue
		}
		if at == len(shape) || !agree(&e.of[l], shape[at]) {
			return 0, false
		}
		e.uses[l]++
		at++
	}
	return set, true
}

// widen notes the axes of an ellipsis, which are aligned at their ends.
func (e *extents) widen(axes []int64) bool {
	for i := range axes {
		if i == len(e.wide) {
			e.wide = append(e.wide, -1)
		}
		if !agree(&e.wide[i], axes[len(axes)-1-i]) {
			return false
		}
	}
	return true
}

// agree reports whether an index can extend over n too: a 1 is repeated.
func agree(known *int64, n int64) bool {
	if *known < 0 || *known == 1 {
		*known = n
	}
	return n == 1 || n == *known
}

// parseLabels reads the right side of an equation, without binding it.
func parseLabels(text string) (labels, bool) {
	set := labels(0)
	for len(text) > 0 {
		l, rest, ok := cutLabel(text)
		if !ok || set&(1<<l) != 0 {
			return 0, false
		}
		set, text = set|1<<l, rest
	}
	return set, true
}

// cutLabel takes the first label off a term.
func cutLabel(term string) (label int, rest string, ok bool) {
	if rest, ok = strings.CutPrefix(term, "..."); ok {
		return ellipsis, rest, true
	}
	if term == "" {
		return 0, "", false
	}
	switch c := term[0]; {
	case 'a' <= c && c <= 'z':
		return int(c - 'a'), term[1:], true
	case 'A' <= c && c <= 'Z':
		return int(c-'A') + 26, term[1:], true
	}
	return 0, "", false
}
