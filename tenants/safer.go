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

// raise asks for so much more accuracy than the objective does, at once. It says why the choice is another one now, or "" when it
// is not.
func (c *controller) raise(raised float64) (why string) {
	if c == nil || c.raised == raised {
		return ""
	}
	why = becauseSafe
	if c.raised = raised; raised == 0 {
		why = becauseOver
	}
	c.agreed = 0 // what rounds agree on may not be safe enough
	next := c.choose(c.goal.Objective)
	if alike(&next, &c.choice) {
		return ""
	}
	c.climbed = false // what is left has not turned out to be too slow
	c.move(next, why)
	return why
}

// dare takes a safer point that audits ask for as soon as it is allowed.
func (c *controller) dare() (why string) {
	if c.raised == 0 {
		return ""
	}
	next := c.choose(c.goal.Objective)
	if next.Point.Equal(&c.choice.Point) || next.Point.AccuracyLow <= c.choice.Point.AccuracyLow {
		return ""
	}
	c.move(next, becauseSafe)
	return becauseSafe
}
