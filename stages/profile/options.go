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
	Energy float64 // J
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
}

// Allowance is what makes Choose choose the option: what it takes.
func (o *Option) Allowance() Allowance { return Allowance{known(o.ResponseTime), known(o.Energy)} }

// Options are the points of a policy that may be chosen for an objective under a load, from the least to the best: what keeps
// the objective's bounds behind what does not. No option takes as much busy time and energy as one behind it, or more. There is
// always one. The load's allowance is not asked: of the options that keep within one, Choose takes the last.
func (f *Frontier) Options(p Policy, o *criteria.Objective, l Load) []Option {
	var all []Option
	var taken costs
	ranked := f.ranked(p, o, l)
	for i := range ranked {
		if c := &ranked[i]; !taken.cover(c.Point) {
			taken.add(c.Point)
			ranked[len(all)] = *c
			all = append(all, Option{Point: *c.Point, Kept: c.kept})
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
func (p *Point) over(a Allowance) float64 {
	sum := 0.0
	for _, c := range []struct{ cost, most float64 }{{p.ResponseTime, a.Busy}, {p.Energy, a.Energy}} {
		if c.most > 0 && c.cost > c.most {
			sum += (c.cost - c.most) / c.most
		}
	}
	return sum
}

// costs are what some points take that no other of them undercuts. What is not known costs nothing.
type costs []struct{ busy, energy float64 }

// cover reports whether one of them takes no more than a point of both.
func (s costs) cover(p *Point) bool {
	for _, c := range s {
		if !(c.busy > p.ResponseTime) && !(c.energy > p.Energy) {
			return true
		}
	}
	return false
}

// add takes up a point that they do not cover.
func (s *costs) add(p *Point) {
	*s = slices.DeleteFunc(*s, func(c struct{ busy, energy float64 }) bool { return c.busy >= p.ResponseTime && c.energy >= p.Energy })
	*s = append(*s, struct{ busy, energy float64 }{known(p.ResponseTime), known(p.Energy)})
}

func known(f float64) float64 {
	if math.IsNaN(f) {
		return 0
	}
	return f
}
