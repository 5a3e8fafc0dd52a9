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
	single bool    // one exit for all requests: not found by a search
	goal   float64 // what is minimised, or what accuracy costs
	excess float64 // by how much it breaks bounds on costs, as fractions of the bounds, added up
}

// Choose finds the best point of a policy for an objective under a load. The objective's bounds may be others than those
// that the frontier was made for. The policy Pareto chooses among the points and the single exits.
//
// Points that break a bound on a cost are out. Of the others the cheapest is chosen whose accuracy keeps its bound, or the
// most accurate. When certainty is on, the accuracy's bound is kept where it is certain on the calibration part: the points
// are tested one after the other, in an order that the calibration part has no say in, and the first that fails ends it. The
// best that has passed is chosen; one that has not been reached is not certain, whatever its own test would say. All points
// are tested that would be better than those before them: neighbours stand and fall together, so that small steps end no
// earlier by chance than large ones.
//
// The first to be tested is the single exit that is the most accurate on the search part. The points that look as accurate
// there are the luckiest of millions, and would often fail where it passes. So Pareto keeps every bound on accuracy that
// PerWorkload keeps when that exit breaks no other bound. After it come the points, from the most accurate to the cheap.
//
// Where no point keeps all bounds it is the nearest: the one that exceeds bounds on costs by the least, as fractions of the
// bounds added up, and among equals the one that would be tested first; without a bound on accuracy, the most accurate. Costs
// come first because what they bound, a battery or a deadline, is used up, and accuracy is only missed.
func (f *Frontier) Choose(p Policy, o *criteria.Objective, l Load) Choice {
	all := f.candidates(p, o, l)
	least := slices.MinFunc(all, func(a, b candidate) int { return cmp.Compare(a.excess, b.excess) }).excess
	nearest := slices.DeleteFunc(all, func(c candidate) bool { return c.excess > least })
	best, ok := candidate{}, false
	if least == 0 {
		best, ok = f.best(nearest, o)
	}
	if !ok {
		best = f.sequence(nearest, o)[0]
	}
	return Choice{*best.Point, f.unmet(best, o, l)}
}

func (f *Frontier) candidates(p Policy, o *criteria.Objective, l Load) []candidate {
	goal := o.Metric
	if o.Maximize {
		goal = f.Axis
	}
	var all []candidate
	add := func(p *Point, order float64, single bool) {
		c := candidate{p, order, single, p.cost(goal), 0}
		for _, b := range o.Where {
			c.excess += p.excess(b, l)
		}
		all = append(all, c)
	}
	if p == Pareto {
		all = make([]candidate, 0, len(f.Points)+len(f.Single))
		for i := range f.Points {
			add(&f.Points[i], f.pointOrder[i], false)
		}
	}
	for i := range f.Single {
		if p != Full || i == len(f.Single)-1 {
			add(&f.Single[i], f.singleOrder[i], true)
		}
	}
	return all
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
func safer(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.order, a.order), cmp.Compare(a.goal, b.goal))
}

// better reports whether a candidate serves an objective better than another does, should both keep its bounds.
func (c candidate) better(than candidate, o *criteria.Objective) bool {
	if o.Maximize {
		return safer(c, than) < 0
	}
	return c.goal < than.goal
}

// best is the best of candidates whose accuracy keeps the objective's bound, or false when there is none.
func (f *Frontier) best(within []candidate, o *criteria.Objective) (best candidate, ok bool) {
	least := o.Bound(criteria.Accuracy).Min
	for _, c := range f.sequence(within, o) {
		switch {
		case ok && !c.better(best, o):
		case !f.keeps(c, least):
			return best, ok
		default:
			best, ok = c, true
		}
	}
	return best, ok
}

// sequence orders candidates as they are tested. First comes the most accurate single exit among them, unless a point is more
// accurate than luck explains: that is the best of many, and seems better than it is. Without certainty, or a bound, nothing is
// tested, and the most accurate comes first.
func (f *Frontier) sequence(within []candidate, o *criteria.Objective) []candidate {
	slices.SortStableFunc(within, safer)
	first := slices.IndexFunc(within, func(c candidate) bool { return c.single })
	if f.off || math.IsInf(o.Bound(criteria.Accuracy).Min, -1) || first < 0 {
		return within
	}
	c := within[first]
	if within[0].order <= f.lucky(c.order) {
		copy(within[1:first+1], within[:first])
		within[0] = c
	}
	return within
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
func (f *Frontier) keeps(c candidate, accuracy float64) bool { return c.AccuracyLow >= accuracy }

// unmet are the bounds that a point is not predicted, or not certain, to keep.
func (f *Frontier) unmet(c candidate, o *criteria.Objective, l Load) []criteria.Bound {
	var all []criteria.Bound
	for _, b := range o.Where {
		if b.Metric == criteria.Accuracy && !f.keeps(c, b.Min) || c.Point.excess(b, l) > 0 {
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
