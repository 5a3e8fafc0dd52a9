package criteria

import (
	"math"
	"math/big"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// An operand is one side of a comparison: a metric or a constant.
type operand struct {
	isMetric bool
	metric   Metric
	constant quantity
	at       hcl.Range
}

// operand checks one side of a comparison.
func (c *checker) operand(e hclsyntax.Expression) (operand, bool) {
	e = bare(e)
	if t, ok := e.(*hclsyntax.ScopeTraversalExpr); ok {
		if m, ok := MetricNamed(nameOf(t)); ok {
			return operand{isMetric: true, metric: m, at: e.Range()}, c.hasSource(m, e.Range())
		}
	}
	q, ok := c.constant(e)
	if ok && math.IsInf(q.round(), 0) {
		c.failSize(e, "large")
		ok = false
	}
	return operand{constant: q, at: e.Range()}, ok
}

// constant checks and evaluates a constant expression.
func (c *checker) constant(e hclsyntax.Expression) (quantity, bool) {
	switch e := bare(e).(type) {
	case *hclsyntax.LiteralValueExpr:
		if e.Val.Type() == cty.Number && e.Val.IsKnown() && !e.Val.IsNull() {
			return c.inRange(e, quantity{e.Val.AsBigFloat(), number})
		}
	case *hclsyntax.ScopeTraversalExpr:
		if q, ok := unitNamed(nameOf(e)); ok {
			return q, true
		}
		c.failName(e)
		return quantity{}, false
	case *hclsyntax.UnaryOpExpr:
		if e.Op == hclsyntax.OpNegate {
			q, ok := c.constant(e.Val)
			if !ok {
				return quantity{}, false
			}
			return quantity{new(big.Float).Neg(q.value), q.dimension}, true
		}
	case *hclsyntax.BinaryOpExpr:
		if isArithmetic(e.Op) {
			a, aOK := c.constant(e.LHS)
			b, bOK := c.constant(e.RHS)
			if !aOK || !bOK {
				return quantity{}, false
			}
			return c.arithmetic(e, a, b)
		}
	}
	c.failConstant(bare(e))
	return quantity{}, false
}

// arithmetic evaluates a op b for e. Plain numbers scale quantities, equal dimensions add, and their ratio is plain.
func (c *checker) arithmetic(e *hclsyntax.BinaryOpExpr, a, b quantity) (quantity, bool) {
	z := new(big.Float).SetPrec(precision)
	d := a.dimension
	switch e.Op {
	case hclsyntax.OpAdd, hclsyntax.OpSubtract:
		if a.dimension != b.dimension {
			return c.failMix(e, a, b, "add and subtract two of a kind")
		}
		if e.Op == hclsyntax.OpAdd {
			z.Add(a.value, b.value)
		} else {
			z.Sub(a.value, b.value)
		}
	case hclsyntax.OpMultiply:
		if a.dimension != number && b.dimension != number {
			return c.failMix(e, a, b, "write a plain number for one of them, since no metric is measured in their product")
		}
		d = max(a.dimension, b.dimension) // number is the smallest
		z.Mul(a.value, b.value)
	default:
		if b.dimension != number && a.dimension != b.dimension {
			return c.failMix(e, a, b, "write a plain number for one of them, since no metric is measured in their ratio")
		}
		if b.value.Sign() == 0 {
			c.fail(e.RHS.Range(), "Division by zero", "The divisor is 0: write another one.")
			return quantity{}, false
		}
		if a.dimension == b.dimension {
			d = number
		}
		z.Quo(a.value, b.value)
	}
	return c.inRange(e, quantity{z, d})
}

// maxExponent bounds the powers of two in constant arithmetic, a little beyond those of float64, so that a float64 can
// be written as any multiple of its units.
const maxExponent = 1100

// inRange refuses what is far beyond a float64. Applied to every intermediate result it keeps the arithmetic from
// meeting an infinity, on which big.Float panics, or exponents so far apart that a sum would take gigabytes.
func (c *checker) inRange(e hclsyntax.Expression, q quantity) (quantity, bool) {
	exp := q.value.MantExp(nil)
	switch {
	case q.value.IsInf() || exp > maxExponent:
		c.failSize(e, "large")
	case exp < -maxExponent:
		c.failSize(e, "small")
	default:
		return q, true
	}
	return quantity{}, false
}

func (c *checker) failSize(e hclsyntax.Expression, size string) {
	c.fail(e.Range(), "Number too "+size, "This is too %s for a 64-bit floating-point number: write another one.", size)
}

// hasSource reports whether something provides m, and how to change that if not.
func (c *checker) hasSource(m Metric, at hcl.Range) bool {
	if c.have.Has(m) {
		return true
	}
	c.fail(at, "No source for "+m.String(), "Nothing provides %s here: %s.", m, metrics[m].remedy)
	return false
}

// isArithmetic reports whether op is one of the four that constants know.
func isArithmetic(op *hclsyntax.Operation) bool {
	switch op {
	case hclsyntax.OpAdd, hclsyntax.OpSubtract, hclsyntax.OpMultiply, hclsyntax.OpDivide:
		return true
	default:
		return false
	}
}

// nameOf returns a name as written, such as "next.energy". An index stays in it as "[]", which no name contains.
func nameOf(e *hclsyntax.ScopeTraversalExpr) string {
	var b strings.Builder
	for _, step := range e.Traversal {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(step.Name)
		case hcl.TraverseAttr:
			b.WriteString("." + step.Name)
		default:
			b.WriteString("[]")
		}
	}
	return b.String()
}
