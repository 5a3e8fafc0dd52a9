package profile

import (
	"math"
	"slices"

	"github.com/delen-edge/delen/criteria"
)

// Allowance bounds what a request may take in the mean, beside the bounds of its tenant's objective. 0: it does not. What is
// not known keeps within it.
type Allowance struct {
	Busy   float64 // s that segments run, as the profile counts it: on an idle machine
	Energy float64 // J beyond those of the idle device
}

// Option is a point that a tenant may be given, and what it is worth to it.
type Option struct {
	Point
	// Utility of what keeps the bounds is 1 at the best of it and 0 at the least, which is the cheapest where there is one cost,
	// and linear between them in the objective's goal: in the accuracy on the samples that points are found on, or in the cost.
	// What breaks bounds has from 0 to less than 1, too, by its place among its like, and is worth less than all that keeps them.
	Utility float64
	// Kept says that the objective's bounds are kept.
	Kept bool
	// Active is the energy beyond that of the idle device in J, which is what a request adds to the machine's; NaN: not known.
	Active float64
}

// Active is what a request adds in the mean to the energy of a device that draws so many watts when it is idle, in joules: an exit's
// energy includes those of the idle device, for its response time. Where that is not known it is all.
func (p *Point) Active(idle float64) float64 {
	if math.IsNaN(p.ResponseTime) {
		return p.Energy
	}
	return max(0, p.Energy-idle*p.ResponseTime)
}

// Options are the points of a policy that may be chosen for an objective under a load, from the least to the best: what keeps
// the objective's bounds behind what does not. No option takes as much busy time and active energy as one behind it, or more. There is
// always one. The load's allowance is not asked: of the options that keep within one, Choose takes the last.
func (f *Frontier) Options(p Policy, o *criteria.Objective, l Load) []Option {
	var all []Option
	var better costs
	ranked := f.candidates(p, o, l)
	slices.SortFunc(ranked, func(a, b candidate) int { return f.rank(&a, &b, o) })
	for i := range ranked {
		c := &ranked[i]
		if active := c.Active(f.idle); !better.cover(c.ResponseTime, active) {
			better.add(c.ResponseTime, active)
			ranked[len(all)] = *c
			all = append(all, Option{Point: *c.Point, Kept: c.kept, Active: active})
		}
	}
	ranked = ranked[:len(all)]
	kept := 0
	for kept < len(ranked) && ranked[kept].kept {
		kept++
	}
	for i := range all {
		if i < kept {
			all[i].Utility = along(ranked[kept-1].worth(o), ranked[0].worth(o), ranked[i].worth(o))
		} else {
			all[i].Utility = float64(len(all)-1-i) / float64(len(all)-kept)
		}
	}
	slices.Reverse(all)
	return all
}

// worth is what a candidate brings in an objective's goal.
func (c *candidate) worth(o *criteria.Objective) float64 {
	if o.Maximize {
		return c.order
	}
	return -c.goal
}

// along is where a value lies from the least, 0, to the most, 1. Where all are as much it is the most.
func along(least, most, value float64) float64 {
	if part := (value - least) / (most - least); part >= 0 && part <= 1 {
		return part
	}
	return 1
}

// over is by how much a point exceeds an allowance, as fractions of what it allows, added up.
func (p *Point) over(a Allowance, idle float64) float64 {
	return a.short(p.ResponseTime, p.Active(idle))
}

// Within says whether an option takes no more than is allowed.
func (o *Option) Within(a Allowance) bool { return a.short(o.ResponseTime, o.Active) == 0 }

// short is by how much an allowance falls short of what a request takes, as fractions of what it allows, added up.
func (a Allowance) short(busy, active float64) float64 {
	return beyond(busy, a.Busy) + beyond(active, a.Energy)
}

// Allows says whether a point of the frontier takes no more than is allowed.
func (f *Frontier) Allows(p *Point, a Allowance) bool { return p.over(a, f.idle) == 0 }

// beyond is by how much a cost exceeds what is allowed, as a fraction of that; 0 where it is not known, or all is allowed.
func beyond(cost, allowed float64) float64 {
	if allowed > 0 && cost > allowed {
		return (cost - allowed) / allowed
	}
	return 0
}

// costs are what some points take that no other of them undercuts. What is not known costs nothing.
type costs []taken

type taken struct{ busy, energy float64 }

// cover reports whether one of them takes no more of either.
func (s costs) cover(busy, energy float64) bool {
	return slices.ContainsFunc(s, func(t taken) bool { return !(t.busy > busy) && !(t.energy > energy) })
}

// add takes up what they do not cover.
func (s *costs) add(busy, energy float64) {
	*s = slices.DeleteFunc(*s, func(t taken) bool { return !(t.busy < busy) && !(t.energy < energy) })
	*s = append(*s, taken{busy, energy})
}
