package tenants

import (
	"math"
	"slices"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// safer is an objective that asks for more accuracy than another one, which bounds it.
func safer(o *criteria.Objective, raised float64) *criteria.Objective {
	b := o.Bound(criteria.Accuracy)
	if raised == 0 || math.IsInf(b.Min, -1) {
		return o
	}
	b.Min += raised
	return o.With([]criteria.Bound{b})
}

// choose finds the best point for the goal's objective, or for one with other bounds. Where the accuracy that audits ask for is
// out of reach, it is the objective's own bound that is not kept, as far as is known.
func (c *controller) choose(o *criteria.Objective) profile.Choice {
	choice := c.goal.Frontier.Choose(c.goal.Policy, safer(o, c.raised), c.load)
	if i := slices.IndexFunc(choice.Unmet, func(b criteria.Bound) bool { return b.Metric == criteria.Accuracy }); i >= 0 {
		choice.Unmet[i] = o.Bound(criteria.Accuracy)
	}
	return choice
}

// bounded says whether there is an objective that bounds the accuracy.
func (c *controller) bounded() bool {
	return c != nil && !math.IsInf(c.goal.Objective.Bound(criteria.Accuracy).Min, -1)
}

// raise asks for so much more accuracy than the objective does, at once. It says whether that leads to another point.
func (c *controller) raise(raised float64) bool {
	if c == nil || c.raised == raised {
		return false
	}
	c.raised = raised
	next := c.choose(c.goal.Objective)
	same := next.Point.Equal(&c.choice.Point)
	if !same {
		c.promise.begin(c.goal, next.Point, c.load)
	}
	c.choice, c.agreed, c.climbed, c.held = next, 0, false, 0
	return !same
}
