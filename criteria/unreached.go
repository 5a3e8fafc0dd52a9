package criteria

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Figures are what is known of a model's exits before it runs: for a metric its value at each of them.
type Figures map[Metric][]float64

// Unreached warns of comparisons in a criterion that no exit can match, since their metric has a fixed figure at each: one that is
// beyond all of them, and one with == or != that none of them equals, as when a figure was copied rounded. e is an
// expression that Compile takes for a model of so many exits as there are figures.
func Unreached(e hcl.Expression, known Figures) hcl.Diagnostics {
	native, ok := e.(hclsyntax.Expression)
	if !ok {
		return nil
	}
	u := &unreached{known: known}
	list, ok := bare(native).(*hclsyntax.TupleConsExpr)
	if !ok {
		u.condition(native, allExits)
		return u.diags
	}
	for i, rule := range list.Exprs {
		u.condition(rule, i)
	}
	return u.diags
}

// allExits is in the place of an exit, from 0, of a rule that is asked at every exit.
const allExits = -1

// unreached looks for comparisons that never match.
type unreached struct {
	known Figures
	diags hcl.Diagnostics
}

// condition looks at a condition that is asked at an exit.
func (u *unreached) condition(e hclsyntax.Expression, exit int) {
	switch e := bare(e).(type) {
	case *hclsyntax.UnaryOpExpr:
		u.condition(e.Val, exit)
	case *hclsyntax.BinaryOpExpr:
		if isJunction(e.Op) {
			u.condition(e.LHS, exit)
			u.condition(e.RHS, exit)
			return
		}
		if r, ok := relations[e.Op]; ok {
			u.comparison(e, r, exit)
		}
	}
}

// comparison looks at a comparison of a metric with a constant.
func (u *unreached) comparison(e *hclsyntax.BinaryOpExpr, r relation, exit int) {
	c := checker{have: All()}
	left, leftOK := c.operand(e.LHS)
	right, rightOK := c.operand(e.RHS)
	if !left.isMetric {
		left, right, r = right, left, r.mirrored()
	}
	if !leftOK || !rightOK || !left.isMetric || right.isMetric {
		return // Compile has told, or it is a pair
	}
	figures := u.known[left.metric]
	if len(figures) == 0 || exit >= len(figures) {
		return
	}
	if exit != allExits {
		figures = figures[exit : exit+1]
	}
	v, s := right.constant.round(), metrics[left.metric].scale
	if r.impossible(s.min, s.max, v) || r.negated().impossible(s.min, s.max, v) {
		return // whatever the figures: Compile has told
	}
	if r == notEqual && !equal.met(figures, v) || !r.met(figures, v) {
		u.warn(e.Range(), bound{left.metric, r, v}, figures, exit)
	}
}

// met reports whether one of the figures stands in the relation to v.
func (r relation) met(figures []float64, v float64) bool {
	for _, f := range figures {
		if !r.impossible(f, f, v) {
			return true
		}
	}
	return false
}

func (u *unreached) warn(at hcl.Range, n bound, figures []float64, exit int) {
	summary, verdict, remedy := "Comparison is never true", "is true at no exit", "Write a bound that an exit reaches."
	if exit != allExits {
		verdict = fmt.Sprintf("is not true at exit %d", exit+1)
	}
	switch n.relation {
	case equal:
		remedy = "Figures are shown rounded: write >= or <= with a bound beside the one that is meant."
	case notEqual:
		summary, verdict = "Comparison is always true", strings.NewReplacer("no exit", "every exit", "not ", "").Replace(verdict)
		remedy = "Figures are shown rounded: write > or < with a bound beside the one that is meant."
	}
	u.diags = append(u.diags, &hcl.Diagnostic{
		Severity: hcl.DiagWarning, Summary: summary, Subject: &at,
		Detail: fmt.Sprintf("%s %s: %s. %s", n, verdict, nearestFigures(n, figures, max(exit, 0)), remedy),
	})
}

// nearestFigures names the figures next to what is compared with, the one below and the one above. The first is that of the exit
// with the given number, from 0.
func nearestFigures(n bound, figures []float64, first int) string {
	below, above := -1, -1
	for i, f := range figures {
		if f <= n.value && (below < 0 || f > figures[below]) {
			below = i
		}
		if f > n.value && (above < 0 || f < figures[above]) {
			above = i
		}
	}
	var near []string
	for _, i := range []int{below, above} {
		if i >= 0 {
			near = append(near, fmt.Sprintf("%s at exit %d", constantSource(figures[i], metrics[n.metric].scale.dimension), first+i+1))
		}
	}
	if len(near) == 1 {
		return "the nearest figure is " + near[0]
	}
	return "the nearest figures are " + strings.Join(near, " and ")
}
