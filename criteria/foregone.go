package criteria

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// warnForegone warns of a comparison that comes out the same at every exit. not says that its negation is what counts.
func (c *checker) warnForegone(e *hclsyntax.BinaryOpExpr, m Metric, r relation, v float64, not bool) {
	least, most := m.values(c.exits)
	isFalse := r.impossible(least, most, v)
	if !isFalse && !r.negated().impossible(least, most, v) {
		return
	}
	why := fmt.Sprintf("never above %g", most)
	switch {
	case least == most:
		why = fmt.Sprintf("always %g", least)
	case v <= least:
		why = fmt.Sprintf("never below %g", least)
	}
	c.fail(e.Range(), fmt.Sprintf("Comparison is always %t", !isFalse),
		"%s is %s, so this is always %t. Write another constant, unless it is meant.", m, why, !isFalse)
	d := c.diags[len(c.diags)-1]
	d.Severity = hcl.DiagWarning
	if isFalse == not {
		c.foregone = append(c.foregone, d)
	}
}

// warnStop says, where a warning tells of what holds anyhow, that this makes every request stop at the first exit.
func (c *checker) warnStop(first node) {
	if first == nil || !holds(first) {
		return
	}
	for _, d := range c.foregone {
		d.Detail += " As it is, every request stops at exit 1."
	}
}

// holds reports whether n is true at the first exit, whatever is observed there.
func holds(n node) bool {
	switch n := n.(type) {
	case constant:
		return bool(n)
	case bound:
		least, most := n.metric.values(1)
		return n.relation.negated().impossible(least, most, n.value)
	case junction:
		for _, t := range n.terms {
			if holds(t) == n.either {
				return n.either
			}
		}
		return !n.either
	}
	return false
}

// values returns the least and the most that a metric can be at the first so many exits.
func (m Metric) values(exits int) (least, most float64) {
	s := metrics[m].scale
	if s == exitCount {
		return s.min, float64(exits)
	}
	return s.min, s.max
}
