package criteria

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// A checker turns HCL's syntax tree into nodes. It goes on after a mistake, so that one attempt shows all of them:
// what a method could not make sense of is nil, or not ok, and has left a diagnostic.
type checker struct {
	exits int
	have  Set
	diags hcl.Diagnostics

	// objective says that bounds are checked, of which the metrics are fewer.
	objective bool

	// foregone are the warnings of conditions that hold whatever is observed.
	foregone []*hcl.Diagnostic
}

// criterion checks a whole exit_when: one rule, or a list of one per exit.
func (c *checker) criterion(e hclsyntax.Expression) (rules []node, perExit bool) {
	if c.exits < 1 {
		c.fail(e.Range(), "Model without exits", "A criterion needs a model with at least one exit.")
		return nil, false
	}
	list, ok := bare(e).(*hclsyntax.TupleConsExpr)
	if !ok {
		rule := c.rule(e)
		c.warnStop(rule)
		return []node{rule}, false
	}
	if n := len(list.Exprs); n != c.exits && n != c.exits-1 {
		c.failCount(list.Range(), n)
	}
	for i, e := range list.Exprs {
		rules = append(rules, c.rule(e))
		if i == 0 {
			c.warnStop(rules[0])
		}
	}
	return rules, true
}

// rule checks the criterion for one exit, or for all. null, which is how HCL leaves something out, never stops.
func (c *checker) rule(e hclsyntax.Expression) node {
	if l, ok := bare(e).(*hclsyntax.LiteralValueExpr); ok && l.Val.IsNull() {
		return constant(false)
	}
	return c.condition(e, false)
}

// condition checks e where true or false is wanted, and returns e, or its negation if not is set.
func (c *checker) condition(e hclsyntax.Expression, not bool) node {
	switch e := bare(e).(type) {
	case *hclsyntax.LiteralValueExpr:
		if e.Val.Type() == cty.Bool && e.Val.IsKnown() && !e.Val.IsNull() {
			return constant(e.Val.True() != not)
		}
	case *hclsyntax.UnaryOpExpr:
		if e.Op == hclsyntax.OpLogicalNot {
			return c.condition(e.Val, !not)
		}
	case *hclsyntax.BinaryOpExpr:
		if isJunction(e.Op) {
			left, right := c.condition(e.LHS, not), c.condition(e.RHS, not)
			if left == nil || right == nil {
				return nil
			}
			return join((e.Op == hclsyntax.OpLogicalOr) != not, left, right) // De Morgan
		}
		if r, ok := relations[e.Op]; ok {
			return c.comparison(e, r, not)
		}
	}
	c.failCondition(bare(e))
	return nil
}

// comparison checks e, whose operator is r.
func (c *checker) comparison(e *hclsyntax.BinaryOpExpr, r relation, not bool) node {
	if inner, ok := e.LHS.(*hclsyntax.BinaryOpExpr); ok {
		if _, ok := relations[inner.Op]; ok {
			c.failChain(e, inner)
			return nil
		}
	}
	left, leftOK := c.operand(e.LHS)
	right, rightOK := c.operand(e.RHS)
	if !leftOK || !rightOK {
		return nil
	}
	if !left.isMetric {
		left, right, r = right, left, r.mirrored()
	}
	switch {
	case !left.isMetric:
		c.fail(e.Range(), "Comparison of two constants",
			"This does not depend on what is observed: compare a metric, or write true or false.")
		return nil
	case right.isMetric:
		return c.pair(e, left.metric, r, right.metric, not)
	default:
		return c.bound(e, left.metric, r, right, not)
	}
}

func (c *checker) pair(e *hclsyntax.BinaryOpExpr, left Metric, r relation, right Metric, not bool) node {
	l, m := metrics[left].scale, metrics[right].scale
	if l != m {
		c.fail(e.Range(), "Metrics of different kinds",
			"%s is %s, but %s is %s: they do not compare.", left, l.noun, right, m.noun)
		return nil
	}
	if not {
		r = r.negated()
	}
	return pair{left, r, right}
}

func (c *checker) bound(e *hclsyntax.BinaryOpExpr, m Metric, r relation, value operand, not bool) node {
	s := metrics[m].scale
	if value.constant.dimension != s.dimension {
		c.failUnit(value, m)
		return nil
	}
	v := value.constant.round()
	if s == fraction && (v < s.min || v > s.max) {
		c.failFraction(value.at, m, v)
		return nil
	}
	c.warnForegone(e, m, r, v, not)
	if not {
		r = r.negated()
	}
	return bound{m, r, v}
}

// isJunction reports whether op joins conditions.
func isJunction(op *hclsyntax.Operation) bool {
	return op == hclsyntax.OpLogicalOr || op == hclsyntax.OpLogicalAnd
}

// relations maps HCL's comparison operators to ours.
var relations = map[*hclsyntax.Operation]relation{
	hclsyntax.OpLessThan:           less,
	hclsyntax.OpLessThanOrEqual:    lessOrEqual,
	hclsyntax.OpEqual:              equal,
	hclsyntax.OpNotEqual:           notEqual,
	hclsyntax.OpGreaterThanOrEqual: greaterOrEqual,
	hclsyntax.OpGreaterThan:        greater,
}

// bare returns e without the parentheses around it.
func bare(e hclsyntax.Expression) hclsyntax.Expression {
	for {
		p, ok := e.(*hclsyntax.ParenthesesExpr)
		if !ok {
			return e
		}
		e = p.Expression
	}
}
