package tenants

import (
	"fmt"
	"slices"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// Plan is the operating point that a tenant with a goal has.
type Plan struct {
	Choice    profile.Choice // the point as it would be on an idle machine, and the bounds that it is not expected to keep
	Load      profile.Load   // what the machine makes of its response times
	Criterion *criteria.Criterion
	Version   uint64 // of the criterion
}

// Plan is the tenant's operating point, or nil when its criterion was stated.
func (t *Tenant) Plan() *Plan {
	if t.steers == nil {
		return nil
	}
	return &Plan{Choice: t.steers.choice, Load: t.steers.load, Criterion: t.config.Criterion, Version: t.version}
}

// Pursue replaces the tenant's goal, or its criterion, from now on: for tickets that have been admitted with a goal, too.
func (t *Tenant) Pursue(g *Goal) {
	var load *profile.Load
	if t.steers != nil { // what has been measured is as true for another objective
		load = &t.steers.load
	}
	t.config.Goal = g
	t.version++
	t.steer(newController(g, load, t.grant.Allowance))
	t.audit = auditor{}
}

func (t *Tenant) steer(c *controller) {
	t.steers = c
	t.config.Criterion = criteria.Thresholds(c.choice.Point.Thresholds)
}

// Crowd says how long the longest segment of another tenant is, which may be in the way from now on.
func (t *Tenant) Crowd(foreign time.Duration) {
	if c := t.steers; c != nil && c.goal.Foreign != foreign {
		g := *c.goal
		g.Foreign = foreign
		t.config.Goal, c.goal = &g, &g
		c.load.Wait = max(c.load.Wait, foreign.Seconds())
	}
}

// Progress is what a look at the measurements has led to.
type Progress struct {
	Looked  bool          // it was time to
	Why     string        // the plan is another one, or ""
	Old     profile.Point // that was in force before
	Planned bool          // because a plan allows less
	Pace    float64       // how many times longer than in the profile segments take, when it has changed by much; 0: it has not
	Drifts  []Drift
}

// Refuses says whether Unkept refuses.
func (t *Tenant) Refuses() bool { return t.steers != nil && t.steers.refuses() != nil }

// Unkept refuses requests that would get an answer which is less certain than the tenant's objective allows; nil when it allows
// any, or keeps its bound. A bound on a cost never refuses.
func (t *Tenant) Unkept() *Refusal {
	if !t.Refuses() {
		return nil
	}
	bound := t.steers.refuses()
	return &Refusal{Code: Precondition, Message: fmt.Sprintf(
		"the objective of tenant %s asks for %s or no answer: the nearest point that there is now is certain of an accuracy of %.4g", t.config.Name, bound, t.steers.choice.Point.AccuracyLow)}
}

// Look holds what has been measured against the plan, when it is time to. It does nothing for a tenant without a goal.
func (t *Tenant) Look(now time.Duration) Progress {
	c := t.steers
	if c == nil || !c.due(now) {
		return Progress{}
	}
	p := Progress{Looked: true, Old: c.choice.Point}
	p.Why = c.look(now)
	p.Pace = c.promise.paced(c.load.Pace)
	p.Drifts = c.promise.check()
	t.resteer(&p.Old)
	return p
}

// resteer puts the controller's point in force, if it is another one than before.
func (t *Tenant) resteer(old *profile.Point) {
	if c := t.steers; !c.choice.Point.Equal(old) {
		t.version++
		t.steer(c)
	}
}

// Bounded is the criterion of a single request that must keep bounds, and those that it is not expected to keep. They take
// the place of the goal's bounds on the same metrics. A request to a tenant without a goal, whose model has a frontier,
// gets the best answer within them; when accuracy is bounded alone, the cheapest.
func (t *Tenant) Bounded(frontier func() *profile.Frontier, bounds []criteria.Bound) (*criteria.Criterion, []criteria.Bound) {
	var choice profile.Choice
	if c := t.steers; c != nil {
		choice = c.choose(c.goal.Objective.With(bounds))
	} else {
		f := frontier()
		choice = f.Choose(profile.Pareto, within(bounds, f.Axis), profile.Load{Pace: 1})
	}
	unmet := slices.DeleteFunc(slices.Clone(choice.Unmet), func(b criteria.Bound) bool { return !slices.Contains(bounds, b) })
	return criteria.Within(choice.Point.Thresholds, bounds), unmet
}

// within is the objective of a request that says nothing but bounds.
func within(bounds []criteria.Bound, axis criteria.Metric) *criteria.Objective {
	o := &criteria.Objective{Metric: criteria.Accuracy, Maximize: true, Where: bounds}
	if slices.ContainsFunc(bounds, func(b criteria.Bound) bool { return b.Metric == criteria.Accuracy }) {
		o.Metric, o.Maximize = axis, false
	}
	return o
}
