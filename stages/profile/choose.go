package profile

import (
	"cmp"
	"math"
	"slices"

	"github.com/delen-edge/delen/criteria"
)

// Load is what a machine that also does other things makes of response times. An idle one is {Pace: 1}.
type Load struct {
	Pace     float64 // how many times longer a segment takes than in the profile
	Wait     float64 // s that a request waits for a slot: the 95th percentile
	MeanWait float64 // s, the mean
	Allowance
}

// Choice is the point that an objective leads to.
type Choice struct {
	Point Point
	// Unmet are the bounds that the point is not predicted, or not certain, to keep: then it is the nearest there is.
	Unmet []criteria.Bound
}

// candidate is a point that may be chosen.
type candidate struct {
	*Point
	order  float64 // its accuracy on the search part, or on all samples when certainty is off
	lucky  float64 // what a point's may be that is no better; order of a point
	single bool    // one exit for all requests: not found by a search
	goal   float64 // what is minimised, or what accuracy costs
	excess float64 // by how much it breaks bounds on costs, as fractions of the bounds, added up
	place  int     // in the order of the tests
	kept   bool    // it keeps all bounds, that on accuracy certainly
}

// Choose finds the best point of a policy for an objective under a load. The objective's bounds may be others than those
// that the frontier was made for. The policy Pareto chooses among the points and the single exits.
//
// Points that break a bound on a cost are out. Of the others the cheapest is chosen whose accuracy keeps its bound, or the
// most accurate. When certainty is on, the accuracy's bound is kept where it is certain on the calibration part: the points
// are tested one after the other, in an order that the calibration part has no say in, and the first that fails ends it. The
// best that has passed is chosen; one that has not been reached is not certain, whatever its own test would say. All points
// are tested that would be better than those before them, or as good within an allowance: neighbours stand and fall together,
// so that small steps end no earlier by chance than large ones.
//
// The first to be tested is the single exit that is the most accurate on the search part. The points that look as accurate
// there are the luckiest of millions, and would often fail where it passes. So Pareto keeps every bound on accuracy that
// PerWorkload keeps when that exit breaks no other bound. After it come the points, from the most accurate to the cheap.
//
// Where no point keeps all bounds it is the nearest: the one that exceeds bounds on costs by the least, as fractions of the
// bounds added up, and among equals the one that would be tested first; without a bound on accuracy, the most accurate. Costs
// come first because what they bound, a battery or a deadline, is used up, and accuracy is only missed.
//
// The load's allowance comes before all bounds: others have been promised what is beyond it. Of the points within it the one is
// chosen that comes first of them without it, and where there is none the nearest. It has no say in which points are tested, so
// that many allowances may be tried with one confidence.
func (f *Frontier) Choose(p Policy, o *criteria.Objective, l Load) Choice {
	all := f.candidates(p, o, l)
	best, least := &all[0], all[0].over(l.Allowance, f.idle)
	for i := range all[1:] {
		c := &all[i+1]
		if over := c.over(l.Allowance, f.idle); over < least || over == least && f.rank(c, best, o) < 0 {
			best, least = c, over
		}
	}
	return Choice{*best.Point, f.unmet(best, o, l)}
}

// rank orders candidates from the best for an objective to the least, whatever a load allows.
func (f *Frontier) rank(a, b *candidate, o *criteria.Objective) int {
	switch {
	case a.kept && !b.kept:
		return -1
	case b.kept && !a.kept:
		return 1
	case a.kept:
		return cmp.Or(better(a, b, o), cmp.Compare(a.place, b.place))
	}
	return cmp.Or(cmp.Compare(a.excess, b.excess), f.first(a, b, f.tests(o)), cmp.Compare(a.place, b.place))
}

// candidates are the points of a policy, from the most accurate to the least, and which of them keep an objective's bounds.
func (f *Frontier) candidates(p Policy, o *criteria.Objective, l Load) []candidate {
	goal := o.Metric
	if o.Maximize {
		goal = f.Axis
	}
	all := make([]candidate, 0, len(f.Points)+len(f.Single))
	add := func(p *Point, order float64, single bool) {
		c := candidate{Point: p, order: order, lucky: order, single: single, goal: p.cost(goal)}
		if single && f.tests(o) {
			c.lucky = f.lucky(order)
		}
		for _, b := range o.Where {
			c.excess += p.excess(b, l)
		}
		all = append(all, c)
	}
	if p == Pareto {
		for i := range f.Points {
			add(&f.Points[i], f.pointOrder[i], false)
		}
	}
	for i := range f.Single {
		if p != Full || i == len(f.Single)-1 {
			add(&f.Single[i], f.singleOrder[i], true)
		}
	}
	f.certify(all, o)
	return all
}

// tests reports whether points have to be tested for an objective: not without certainty, or a bound.
func (f *Frontier) tests(o *criteria.Objective) bool {
	return !f.off && !math.IsInf(o.Bound(criteria.Accuracy).Min, -1)
}

// excess is by how much a point breaks a bound on a cost, as a fraction of the bound: 0 when it keeps it.
func (p *Point) excess(b criteria.Bound, l Load) float64 {
	cost := p.cost(b.Metric)
	switch {
	case b.Metric == criteria.Accuracy || math.IsInf(b.Max, 1):
		return 0
	case b.Metric == criteria.ResponseTime:
		cost = p.Under(l).ResponseP95
	}
	if cost <= b.Max {
		return 0
	}
	if over := (cost - b.Max) / b.Max; over > 0 {
		return over
	}
	return math.MaxFloat64 // a bound of 0, or a cost that is not known
}

// safer orders candidates from the most accurate to the least, the cheaper of equals first.
func safer(a, b *candidate) int {
	return cmp.Or(cmp.Compare(b.order, a.order), cmp.Compare(a.goal, b.goal))
}

// first orders candidates of which the first would be the first to be tested: the most accurate single exit among them, unless a
// point is more accurate than luck explains. That is the best of many, and seems better than it is. Where nothing is tested, it
// is the most accurate.
func (f *Frontier) first(a, b *candidate, tests bool) int {
	switch {
	case !tests || a.single == b.single:
		return safer(a, b)
	case a.single && b.order > a.lucky, b.single && a.order <= b.lucky:
		return 1
	}
	return -1
}

// better orders candidates from the one that serves an objective best, should all keep its bounds.
func better(a, b *candidate, o *criteria.Objective) int {
	if o.Maximize {
		return safer(a, b)
	}
	return cmp.Compare(a.goal, b.goal)
}

// certify gives candidates their places from the most accurate to the least, and finds those that keep an objective's bounds.
func (f *Frontier) certify(all []candidate, o *criteria.Objective) {
	slices.SortStableFunc(all, func(a, b candidate) int { return safer(&a, &b) })
	least, tests := o.Bound(criteria.Accuracy).Min, f.tests(o)
	for i := range all {
		all[i].place = i
		all[i].kept = !tests && all[i].excess == 0 && f.keeps(&all[i], least)
	}
	if tests {
		f.test(all, o, least)
	}
}

// test tests candidates in their order, but the most accurate single exit among them before a point that luck explains.
func (f *Frontier) test(all []candidate, o *criteria.Objective, accuracy float64) {
	top := slices.IndexFunc(all, func(c candidate) bool { return c.excess == 0 })
	single := slices.IndexFunc(all, func(c candidate) bool { return c.excess == 0 && c.single })
	passed := tested{maximize: o.Maximize, idle: f.idle}
	if single >= 0 && f.first(&all[single], &all[top], true) <= 0 {
		if !f.keeps(&all[single], accuracy) {
			return
		}
		all[single].kept = true
		passed.best(&all[single])
	}
	for i := range all {
		c := &all[i]
		switch {
		case c.excess > 0, !c.kept && passed.better(c):
			continue
		case !c.kept && !f.keeps(c, accuracy):
			return
		}
		c.kept = true
		passed.best(c)
		passed.taken.add(c.ResponseTime, c.Active(f.idle))
	}
}

// tested is what those that have passed their test leave to be tested of the others.
type tested struct {
	maximize bool
	idle     float64 // W that energies include
	any      bool
	goal     float64 // the best
	taken    costs   // by those that are more accurate than the next
}

func (t *tested) best(c *candidate) {
	if !t.any || c.goal < t.goal {
		t.goal = c.goal
	}
	t.any = true
}

// better reports whether one that has passed serves the objective as well as a candidate, within every allowance when the goal is
// accuracy.
func (t *tested) better(c *candidate) bool {
	if t.maximize {
		return t.taken.cover(c.ResponseTime, c.Active(t.idle))
	}
	return t.any && !(c.goal < t.goal)
}

// luck is by how many standard errors of an accuracy the best of many points may seem better than it is.
const luck = 1.5

// lucky is how accurate the best of many points may be on the search part without being better than a single exit that has
// this accuracy there.
func (f *Frontier) lucky(single float64) float64 {
	return single + luck*math.Sqrt(single*(1-single)/float64(f.searched))
}

// safest is the single exit that is the most accurate on the search part, the cheapest of equals.
func (f *Frontier) safest() int { return slices.Index(f.singleOrder, slices.Max(f.singleOrder)) }

// keeps reports whether a candidate taken alone keeps a bound on accuracy: certainly, or by the estimate when certainty is off.
func (f *Frontier) keeps(c *candidate, accuracy float64) bool { return c.AccuracyLow >= accuracy }

// unmet are the bounds that a point is not predicted, or not certain, to keep. Of one that keeps those on costs, it is the
// accuracy's when its test has not been reached.
func (f *Frontier) unmet(c *candidate, o *criteria.Objective, l Load) []criteria.Bound {
	var all []criteria.Bound
	for _, b := range o.Where {
		if b.Metric == criteria.Accuracy && !c.kept && (c.excess == 0 || !f.keeps(c, b.Min)) || c.Point.excess(b, l) > 0 {
			all = append(all, b)
		}
	}
	return all
}

// Certifiable is the highest accuracy that the samples can make certain at the frontier's confidence when no cost is bounded:
// that of what is tested first. Choose reports any higher bound as unmet. When certainty is off, it is the highest accuracy that
// is estimated.
func (f *Frontier) Certifiable() float64 {
	best, order := f.Single[f.safest()].AccuracyLow, f.lucky(f.singleOrder[f.safest()])
	for i := range f.Points {
		switch {
		case f.off:
			best = max(best, f.Points[i].AccuracyLow)
		case f.pointOrder[i] > order:
			best, order = f.Points[i].AccuracyLow, f.pointOrder[i]
		}
	}
	return best
}
