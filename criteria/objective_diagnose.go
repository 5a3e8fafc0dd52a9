package criteria

import (
	"math"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// unprofiled completes "no source here: ..." for what an objective is predicted from.
var unprofiled = map[Metric]string{
	ResponseTime: "measure the model with delen profile",
	Accuracy:     "give the model a profile with the accuracy of every exit",
	Energy:       needsEnergy,
	FLOPs:        "give the model a profile with the flops of every exit",
}

// predictedOperand checks one side of a bound.
func (c *checker) predictedOperand(e hclsyntax.Expression) (operand, bool) {
	e = bare(e)
	if t, ok := e.(*hclsyntax.ScopeTraversalExpr); ok {
		if m, ok := MetricNamed(nameOf(t)); ok {
			return operand{isMetric: true, metric: m, at: e.Range()}, c.predicted(m, e.Range())
		}
	}
	return c.operand(e)
}

// predicted reports whether m is known before a request runs, and what to do if not.
func (c *checker) predicted(m Metric, at hcl.Range) bool {
	if !Objectives().Has(m) {
		c.failUnpredicted(m, at)
		return false
	}
	if c.have.Has(m) {
		return true
	}
	c.fail(at, "No source for "+m.String(), "Nothing predicts %s here: %s.", m, unprofiled[m])
	return false
}

func (c *checker) failUnpredicted(m Metric, at hcl.Range) {
	c.fail(at, "Metric of a criterion", "An objective has response_time, energy, flops and accuracy: state a criterion for %s.", m)
}

// failNoGoal reports an objective without a goal, at its bounds where it has some.
func (c *checker) failNoGoal(bounds hclsyntax.Expression) {
	d := &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Missing goal",
		Detail:   "An objective has a goal: write maximize = accuracy, or minimize = energy, response_time or flops.",
	}
	if bounds != nil {
		at := bounds.Range()
		d.Subject = &at
	}
	c.diags = append(c.diags, d)
}

// failGoal explains why e is not the name of a metric.
func (c *checker) failGoal(e hclsyntax.Expression, maximize bool) {
	if s, ok := e.(*hclsyntax.TemplateExpr); ok {
		c.failString(s)
		return
	}
	remedy := "minimize = energy, response_time or flops"
	if maximize {
		remedy = "maximize = accuracy"
	}
	c.fail(e.Range(), "Not a metric", "A goal is the name of a metric by itself: write %s. Bounds stand in where.", remedy)
}

// failBound explains why e is not a bound.
func (c *checker) failBound(e hclsyntax.Expression) {
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		m, ok := MetricNamed(nameOf(e))
		switch {
		case !ok:
			c.failName(e)
		case c.predicted(m, e.Range()):
			c.fail(e.Range(), "Metric without bound", "A bound compares %s with a constant: write one such as %s.", m, m.boundExample())
		}
	case *hclsyntax.UnaryOpExpr:
		if e.Op == hclsyntax.OpLogicalNot {
			c.fail(e.Range(), "Negated bound", "There is no ! in bounds: write what is to hold, such as accuracy >= 0.9.")
			return
		}
		c.failNoBound(e)
	case *hclsyntax.TemplateExpr:
		c.failString(e)
	default:
		c.failNoBound(e)
	}
}

func (c *checker) failNoBound(e hclsyntax.Expression) {
	c.fail(e.Range(), "Not a bound", "Write bounds such as accuracy >= 0.9 or response_time <= 50*ms, joined by &&.")
}

// isComparison reports whether e, in parentheses or not, compares.
func isComparison(e hclsyntax.Expression) bool {
	b, ok := bare(e).(*hclsyntax.BinaryOpExpr)
	if !ok {
		return false
	}
	_, ok = relations[b.Op]
	return ok
}

// bounded is the bound on m that is v.
func (m Metric) bounded(v float64) Bound {
	if m == Accuracy {
		return Bound{m, v, math.Inf(1)}
	}
	return Bound{m, math.Inf(-1), v}
}

// side is where a bound on m stands.
func (m Metric) side() string {
	if m == Accuracy {
		return "below"
	}
	return "above"
}

// boundExample is source for a bound on m.
func (m Metric) boundExample() string {
	if m == Accuracy {
		return "accuracy >= " + fraction.example
	}
	return m.String() + " <= " + metrics[m].scale.example
}
