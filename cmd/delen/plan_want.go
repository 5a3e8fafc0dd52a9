package main

import (
	"math"
	"strings"

	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/scheduler/planner"
	"github.com/delen-edge/delen/stages/profile"
	"github.com/delen-edge/delen/tenants"
)

// outlook is a plan with what it was made from.
type outlook struct {
	config *config.Config
	policy scheduler.Policy
	budget float64 // W; +Inf: none
	given  bool    // the budget is from the command line
	wants  []*want // by tenant
	planner.Situation
	planner.Plan
}

// want is what a tenant would have of a plan, by its model's profile.
type want struct {
	tenant   *config.Tenant
	load     profile.Load
	frontier *profile.Frontier // nil: its criterion was stated
	demand   tenants.Demand
	stated   profile.Point // what a stated criterion brings
	notes    []string      // what to know of the figures
}

func newWant(c *config.Config, t *config.Tenant, rate float64) *want {
	w := &want{tenant: t, load: profile.Load{Pace: 1, Wait: longestOther(c, t)}, demand: tenants.Demand{Rate: rate, Pace: 1}}
	m := t.Model
	switch {
	case t.Objective != nil:
		w.frontier = m.Evidence.Frontier(t.Objective, profile.Certainty{})
		w.demand.Options = w.frontier.Options(t.Adapt, t.Objective, w.load)
		return w
	case m.Evidence != nil:
		w.stated = m.Evidence.Follow(t.Criterion, w.load)
		w.blind()
	case m.Profile != nil:
		w.stated = m.Profile.Last()
		if len(m.Exits) > 1 && t.Criterion.String() != criteria.Never().String() {
			w.notes = append(w.notes, "model "+m.Name+" has no outcomes: all requests are taken for those that run to the last exit")
		}
	default:
		nan := math.NaN()
		w.stated = profile.Point{Accuracy: nan, AccuracyLow: nan, ResponseTime: nan, ResponseP95: nan, Energy: nan, FLOPs: nan}
		w.notes = append(w.notes, "model "+m.Name+" has no profile: what its requests take is not known, and not counted")
	}
	idle := 0.0
	if m.Profile != nil && m.Profile.IdlePower != nil {
		idle = *m.Profile.IdlePower
	}
	w.demand.Busy, w.demand.Energy = w.stated.ResponseTime, w.stated.Active(idle)
	return w
}

// blind notes what a criterion asks for that outcomes do not have.
func (w *want) blind() {
	var all []string
	for _, m := range []criteria.Metric{criteria.Entropy, criteria.Margin, criteria.Battery} {
		if w.tenant.Criterion.Metrics().Has(m) {
			all = append(all, m.String())
		}
	}
	if len(all) > 0 {
		w.notes = append(w.notes, "outcomes do not tell "+strings.Join(all, ", ")+": nothing is taken to stop by that")
	}
}

// longestOther is the longest segment of another tenant in seconds, by the profiles: it may be in a request's way.
func longestOther(c *config.Config, t *config.Tenant) float64 {
	longest := 0.0
	for _, other := range c.Tenants {
		if other == t || other.Model.Profile == nil {
			continue
		}
		times, _ := other.Model.Profile.Every(func(e *profile.Exit) *float64 { return e.ResponseTime })
		for i, until := range times {
			if i > 0 {
				until -= times[i-1]
			}
			longest = max(longest, until)
		}
	}
	return longest
}

// option is one of a tenant's options, and the bounds that it does not keep.
func (p *outlook) option(tenant, option int) (o planner.Option, at profile.Point, missed []criteria.Bound) {
	w := p.wants[tenant]
	o = p.Tenants[tenant].Options[option]
	if w.frontier == nil {
		return o, w.stated, nil
	}
	chosen := &w.demand.Options[option]
	l := w.load
	l.Allowance = profile.Allowance{Busy: chosen.ResponseTime, Energy: chosen.Active}
	return o, chosen.Point, w.frontier.Choose(w.tenant.Adapt, w.tenant.Objective, l).Unmet
}
