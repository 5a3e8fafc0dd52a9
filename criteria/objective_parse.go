package criteria

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// The parts of an objective, which name the texts in the ranges of ParseObjective's diagnostics.
const (
	MaximizePart = "maximize"
	MinimizePart = "minimize"
	WherePart    = "where"
)

// Objectives is the set of the metrics that an objective is made of: what can be predicted before a request has run.
func Objectives() Set { return Of(ResponseTime, Accuracy, Energy, FLOPs) }

// ParseObjective reads an objective from an app or a command line, for a model of which the metrics in have are known for
// every exit. Exactly one of maximize and minimize names a metric; an empty where has no bounds. Each of the texts has at
// most MaxSource bytes. Everything that is wrong is reported, with its range in the text that the range's file name says;
// if any of it is an error, the Objective is nil.
func ParseObjective(maximize, minimize, where string, have Set) (*Objective, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	var parts [3]hcl.Expression
	for i, p := range []struct{ name, src string }{{MaximizePart, maximize}, {MinimizePart, minimize}, {WherePart, where}} {
		e, more := parsePart(p.name, p.src)
		diags = append(diags, more...)
		parts[i] = e
	}
	if diags.HasErrors() {
		return nil, diags
	}
	o, more := CompileObjective(parts[0], parts[1], parts[2], have)
	return o, append(diags, more...)
}

// ParseBounds reads the bounds of a where alone, as ParseObjective does. An empty where has none.
func ParseBounds(where string, have Set) ([]Bound, hcl.Diagnostics) {
	e, diags := parsePart(WherePart, where)
	if e == nil {
		return nil, diags
	}
	c := checker{have: have, objective: true}
	bounds := c.where(e.(hclsyntax.Expression)) // as parsePart makes them
	if diags = append(diags, c.diags...); diags.HasErrors() {
		return nil, diags
	}
	return bounds, diags
}

// parsePart parses one of an objective's texts; a blank one gives nil.
func parsePart(name, src string) (hcl.Expression, hcl.Diagnostics) {
	if len(src) > MaxSource {
		return nil, hcl.Diagnostics{{
			Severity: hcl.DiagError,
			Summary:  "Objective too long",
			Detail:   fmt.Sprintf("Each part of an objective has at most %d bytes: leave out what is not needed.", MaxSource),
			Subject:  &hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos},
		}}
	}
	if strings.TrimSpace(src) == "" {
		return nil, nil
	}
	if d := tooMuch(src, name); d != nil {
		return nil, hcl.Diagnostics{d}
	}
	e, diags := hclsyntax.ParseExpression([]byte(src), name, hcl.InitialPos)
	if !diags.HasErrors() {
		return e, diags
	}
	if name == WherePart {
		return nil, explain(diags, src, boundSlips, "Write bounds such as accuracy >= 0.9, joined by &&.")
	}
	return nil, explain(diags, src, nil, "Write the name of a metric, such as "+goalOf(name).String()+".")
}

// boundSlips are slips where only bounds can stand.
var boundSlips = map[string]string{
	"=": ">= or <=", "==": ">= or <=", "=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", "&": "&&", "and": "&&",
}

// goalOf is an example of what one of the parts names.
func goalOf(part string) Metric {
	if part == MaximizePart {
		return Accuracy
	}
	return Energy
}

// CompileObjective does for expressions in a configuration file what ParseObjective does for texts. Those that are not
// given are nil, or null. The expressions must come from HCL's native syntax; they are neither modified nor kept. An
// objective without any expression has an error without a place.
func CompileObjective(maximize, minimize, where hcl.Expression, have Set) (*Objective, hcl.Diagnostics) {
	c := checker{have: have, objective: true}
	most, least, bounds := c.part(maximize), c.part(minimize), c.part(where)
	if c.diags.HasErrors() {
		return nil, c.diags
	}
	o := &Objective{}
	switch {
	case most != nil && least != nil:
		c.fail(least.Range(), "Two goals", "An objective has one goal: keep maximize or minimize, and bound the other metric in where.")
	case most == nil && least == nil:
		c.failNoGoal(bounds)
	case most != nil:
		o.Metric, o.Maximize = c.goal(most, true), true
	default:
		o.Metric = c.goal(least, false)
	}
	if bounds != nil {
		o.Where = c.where(bounds)
	}
	if c.diags.HasErrors() {
		return nil, c.diags
	}
	return o, c.diags
}

// part returns an expression of the objective that is given, or nil.
func (c *checker) part(e hcl.Expression) hclsyntax.Expression {
	if e == nil {
		return nil
	}
	native, ok := e.(hclsyntax.Expression)
	if !ok {
		c.fail(e.Range(), "Not native syntax", "Write the objective in HCL's native syntax, not in JSON.")
		return nil
	}
	if l, ok := native.(*hclsyntax.LiteralValueExpr); ok && l.Val.IsNull() {
		return nil
	}
	return native
}

// goal checks the metric that is optimised.
func (c *checker) goal(e hclsyntax.Expression, maximize bool) Metric {
	e = bare(e)
	t, ok := e.(*hclsyntax.ScopeTraversalExpr)
	if !ok {
		c.failGoal(e, maximize)
		return none
	}
	m, ok := MetricNamed(nameOf(t))
	switch {
	case !ok:
		c.failName(t)
	case !Objectives().Has(m):
		c.failUnpredicted(m, e.Range())
	case maximize && m != Accuracy:
		c.fail(e.Range(), "Goal the wrong way round", "More %s is not better: write minimize = %s.", m, m)
	case !maximize && m == Accuracy:
		c.fail(e.Range(), "Goal the wrong way round", "Less accuracy is not better: write maximize = accuracy.")
	default:
		c.predicted(m, e.Range())
	}
	return m
}

// where checks a conjunction of bounds and returns them by metric.
func (c *checker) where(e hclsyntax.Expression) []Bound {
	var bounds []Bound
	c.conjunction(e, &bounds)
	slices.SortFunc(bounds, func(a, b Bound) int { return int(a.Metric) - int(b.Metric) })
	return bounds
}

func (c *checker) conjunction(e hclsyntax.Expression, bounds *[]Bound) {
	e = bare(e)
	b, ok := e.(*hclsyntax.BinaryOpExpr)
	if !ok {
		c.failBound(e)
		return
	}
	r, compares := relations[b.Op]
	switch {
	case b.Op == hclsyntax.OpLogicalAnd:
		c.conjunction(b.LHS, bounds)
		c.conjunction(b.RHS, bounds)
	case b.Op == hclsyntax.OpLogicalOr:
		c.fail(e.Range(), "Either of two bounds", "Bounds hold all at once: join them by &&.")
	case compares:
		c.addLimit(b, r, bounds)
	default:
		c.failBound(e)
	}
}

// addLimit checks one bound, whose operator is r.
func (c *checker) addLimit(e *hclsyntax.BinaryOpExpr, r relation, bounds *[]Bound) {
	for _, side := range []hclsyntax.Expression{e.LHS, e.RHS} {
		if isComparison(side) {
			c.fail(e.Range(), "Chained comparison", "A bound has two sides: write each bound by itself, joined by &&.")
			return
		}
	}
	left, leftOK := c.predictedOperand(e.LHS)
	right, rightOK := c.predictedOperand(e.RHS)
	if !leftOK || !rightOK {
		return
	}
	if !left.isMetric {
		left, right, r = right, left, r.mirrored()
	}
	switch {
	case !left.isMetric:
		c.fail(e.Range(), "Comparison of two constants", "This bounds nothing: write a metric on one side, as in accuracy >= 0.9.")
	case right.isMetric:
		c.fail(e.Range(), "Comparison of two metrics", "A bound is a constant: write %s with one, as in %s.", left.metric, left.metric.boundExample())
	default:
		if b, ok := c.limit(e, left.metric, r, right); ok {
			*bounds = c.add(*bounds, b, e.Range())
		}
	}
}

// limit makes a bound of a metric's relation to a constant. It is closed, for of a mean or a percentile nobody can tell < from
// <=.
func (c *checker) limit(e *hclsyntax.BinaryOpExpr, m Metric, r relation, value operand) (Bound, bool) {
	if value.constant.dimension != metrics[m].scale.dimension {
		c.failUnit(value, m)
		return Bound{}, false
	}
	v := value.constant.round()
	if m == Accuracy && (v < 0 || v > 1) {
		c.failFraction(value.at, m, v)
		return Bound{}, false
	}
	b := m.bounded(v)
	below := r == less || r == lessOrEqual
	switch {
	case r == equal || r == notEqual:
		c.fail(e.Range(), "Bound by equality", "%s is bounded from %s: write %s.", m, m.side(), b)
	case m == Accuracy && below || m != Accuracy && !below:
		c.fail(e.Range(), "Bound from the wrong side", "%s is bounded from %s: write %s.", m, m.side(), b)
	case m != Accuracy && v <= 0:
		c.fail(value.at, "Bound that nothing keeps", "%s is always more than 0: write a bound such as %s.", m, m.boundExample())
	default:
		if m == Accuracy && v == 0 {
			c.fail(e.Range(), "Bound without effect", "accuracy is never below 0: leave the bound out.")
			c.diags[len(c.diags)-1].Severity = hcl.DiagWarning
		}
		return b, true
	}
	return Bound{}, false
}

// add adds a bound whose metric has none yet.
func (c *checker) add(bounds []Bound, b Bound, at hcl.Range) []Bound {
	for _, other := range bounds {
		if other.Metric == b.Metric {
			c.fail(at, "Two bounds on a metric", "%s is bounded already: keep %s or %s.", b.Metric, other, b)
			return bounds
		}
	}
	return append(bounds, b)
}
