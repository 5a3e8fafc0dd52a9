package planner

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages/profile"
	"github.com/delen-edge/delen/tenants"
)

// Desk gathers what the tenants of a node demand, says when a new plan is due and why, and turns a plan into what each tenant is
// granted. Plans are made from a Draft, which may be done elsewhere: it takes its time. A Desk is used by one goroutine.
type Desk struct {
	policy  scheduler.Policy
	slots   int
	budget  float64
	heat    float64 // how many times longer than in the profile segments take at least
	seats   []*seat // in the order in which tenants came
	places  map[int]*seat
	reasons []string
	planned time.Duration // when the last draft was made
	out     bool          // a draft is being worked on
}

// seat is a tenant at the desk.
type seat struct {
	id     int
	name   string
	weight float64
	demand tenants.Demand
	grant  tenants.Grant
}

// Draft is what a plan is made from: a copy, which stays as it is.
type Draft struct {
	Situation
	Reasons []string // why a new plan was due
	heat    float64
	seats   []*seat
	demands []tenants.Demand
}

// Grant is what a plan means for a tenant.
type Grant struct {
	tenants.Grant
	Tenant int    // its place in the house
	Name   string // of the tenant
	Other  bool   // it is not what the tenant had before
	Says   string // the choice in words, when it is another one
}

// betweenPlans is the time from one plan to the next at least: what changes meanwhile is dealt with together.
const betweenPlans = 100 * time.Millisecond

// NewDesk makes a desk. The budget is in W beyond idle; 0: there is none.
func NewDesk(p scheduler.Policy, slots int, budget float64) *Desk {
	d := &Desk{slots: slots, heat: 1, places: map[int]*seat{}, planned: -betweenPlans}
	d.govern(p, budget)
	return d
}

// Govern changes the policy and the budget. It says so if they are others than before.
func (d *Desk) Govern(p scheduler.Policy, budget float64) {
	policy, old := d.policy, d.budget
	d.govern(p, budget)
	if d.policy != policy {
		d.because("the policy is " + string(p))
	}
	if d.budget != old {
		d.because("the budget has changed")
	}
}

func (d *Desk) govern(p scheduler.Policy, budget float64) {
	d.policy, d.budget = p, budget
	if budget == 0 {
		d.budget = math.Inf(1)
	}
}

// Heat says how many times longer than in the profile segments take because the machine is hot, at least; 1 when it is not.
func (d *Desk) Heat(factor float64) {
	if factor != d.heat {
		d.heat = factor
		d.because(fmt.Sprintf("heat makes segments %.3g times as long", factor))
	}
}

// Ask takes what a tenant demands, and why it is another demand than before. Who has not been here is let in.
func (d *Desk) Ask(id int, name string, weight float64, demand tenants.Demand, why string) {
	s := d.places[id]
	if s == nil {
		s = &seat{id: id}
		d.places[id] = s
		d.seats = append(d.seats, s)
	}
	s.name, s.weight, s.demand = name, weight, demand
	d.because(name + ": " + why)
}

// Leave takes a tenant's demand away.
func (d *Desk) Leave(id int) {
	if s := d.places[id]; s != nil {
		delete(d.places, id)
		d.seats = slices.DeleteFunc(d.seats, func(other *seat) bool { return other == s })
		d.because(s.name + ": the tenant has left")
	}
}

// mostReasons bounds what is remembered of why a plan is due.
const mostReasons = 16

func (d *Desk) because(why string) {
	if len(d.reasons) < mostReasons {
		d.reasons = append(d.reasons, why)
	}
}

// Due is when a draft is to be made: now or before, or some time from now; tenants.Never when nothing has changed or a draft
// is being worked on.
func (d *Desk) Due() time.Duration {
	if d.out || len(d.reasons) == 0 || len(d.seats) == 0 {
		return tenants.Never
	}
	return d.planned + betweenPlans
}

// Draft is what the next plan is to be made from. Take follows.
func (d *Desk) Draft(now time.Duration) *Draft {
	d.out, d.planned = true, now
	f := &Draft{Situation: Situation{Policy: d.policy, Slots: d.slots, Budget: d.budget}, Reasons: d.reasons, heat: d.heat}
	d.reasons = nil
	for _, s := range d.seats {
		f.Tenants = append(f.Tenants, DemandOf(s.name, s.weight, s.demand, d.heat))
		f.seats, f.demands = append(f.seats, s), append(f.demands, s.demand)
	}
	return f
}

// DemandOf is what a plan sees of a tenant's demand, on a machine where segments take so many times longer than in the profile
// at least.
func DemandOf(name string, weight float64, t tenants.Demand, heat float64) Demand {
	d := Demand{Tenant: name, Weight: weight, Rate: t.Rate}
	for i := range t.Options {
		o := &t.Options[i]
		d.Options = append(d.Options, Option{Utility: o.Utility, Kept: o.Kept, Busy: o.ResponseTime * max(t.Pace, heat), Energy: o.Active})
	}
	if len(d.Options) == 0 {
		d.Options = []Option{{Utility: 1, Kept: true, Busy: t.Busy, Energy: t.Energy}}
	}
	return d
}

// Take turns a plan for the latest draft into grants, for the tenants that are still there. An empty plan grants nothing.
func (d *Desk) Take(f *Draft, p Plan) []Grant {
	d.out = false
	if len(p.Choices) == 0 {
		return nil
	}
	var all []Grant
	weights := f.weights()
	for i, s := range f.seats {
		if d.places[s.id] != s {
			continue // the tenant has left; another may have its place
		}
		g := Grant{Tenant: s.id, Name: s.name, Grant: f.steady(i, &p.Choices[i], s.grant, f.grant(i, &p.Choices[i], weights))}
		if g.Other = g.Grant != s.grant; g.Other {
			g.Says = f.says(i, &p.Choices[i])
		}
		s.grant = g.Grant
		all = append(all, g)
	}
	return all
}

// hysteresis is by how much what a request may take has to differ from what was granted before: measurements are never quite the
// same twice, and a tenant takes what is just within its grant.
const hysteresis = 0.05

// steady is what was granted before, as far as what would be granted now is hardly anything else: as long as a request with
// that keeps the bounds that it would keep now, and is worth no less than alone.
func (f *Draft) steady(i int, c *Choice, before, now tenants.Grant) tenants.Grant {
	keep := func(old float64, now *float64) {
		if old > 0 && math.Abs(*now-old) <= hysteresis*old {
			*now = old
		}
	}
	next := now
	keep(before.Allowance.Busy, &next.Allowance.Busy)
	keep(before.Allowance.Energy, &next.Allowance.Energy)
	options := f.Tenants[i].Options
	if o := f.best(i, next.Allowance); f.Policy == scheduler.NonCooperative || o >= 0 && (options[o].Kept || !options[c.Option].Kept) &&
		(!c.Floor || above(&options[o], &options[c.Alone]) >= 0) {
		now = next
	}
	keep(before.Rate, &now.Rate)
	return now
}

// best is the best of a tenant's options that an allowance leaves it, or -1 for none.
func (f *Draft) best(i int, a profile.Allowance) int {
	options := f.demands[i].Options
	o := len(options) - 1
	for o >= 0 && !options[o].Within(a) {
		o--
	}
	return o
}

// grant is what the choice for a tenant allows it, by its part of all weights. One that gets its best point is free to take what
// it finds best. Under NonCooperative it may take whatever fits its share.
func (f *Draft) grant(i int, c *Choice, weights float64) (g tenants.Grant) {
	d := &f.Tenants[i]
	if c.Rate < d.Rate {
		g.Rate, g.Crowd = c.Rate, math.IsInf(f.Budget, 1)
	}
	if d.Rate == 0 || len(f.demands[i].Options) == 0 {
		return g
	}
	if f.Policy == scheduler.NonCooperative {
		part := d.Weight / weights
		g.Allowance.Busy = Most * part * float64(f.Slots) / d.Rate / max(f.demands[i].Pace, f.heat)
		if !math.IsInf(f.Budget, 1) {
			g.Allowance.Energy = part * f.Budget / d.Rate
		}
		return g
	}
	if best := len(d.Options) - 1; c.Option != best {
		chosen := &f.demands[i].Options[c.Option]
		g.Allowance.Busy = least(chosen.ResponseTime)
		if !math.IsInf(f.Budget, 1) && !math.IsNaN(chosen.Active) {
			g.Allowance.Energy = chosen.Active
		}
	}
	return g
}

// says puts a choice in words.
func (f *Draft) says(i int, c *Choice) string {
	d := &f.Tenants[i]
	var s strings.Builder
	chosen := d.Options[c.Option]
	fmt.Fprintf(&s, "%s: %.3g requests/s of %.3g ms", d.Tenant, d.Rate, 1e3*chosen.Busy)
	if len(f.demands[i].Options) > 0 {
		fmt.Fprintf(&s, ", utility %.2f (%.2f alone)", chosen.Utility, d.Options[c.Alone].Utility)
	}
	if !chosen.Kept {
		s.WriteString(", bounds are not kept")
	}
	if c.Rate < d.Rate {
		fmt.Fprintf(&s, ", %.3g/s are let in", c.Rate)
	}
	return s.String()
}
