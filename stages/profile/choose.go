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
	goal   float64 // what is minimised, or what accuracy costs
	excess float64 // by how much it breaks bounds on costs, as fractions of the bounds, added up
}

// Choose finds the best point of a policy for an objective under a load. The objective's bounds may be others than those
// that the frontier was made for.
//
// Points that break a bound on a cost are out. Of the others the cheapest is chosen whose accuracy keeps its bound, or the
// most accurate. When certainty is on, the accuracy's bound is kept where it is certain on the calibration part: the points
// are tested one after the other, from the most accurate on the search part to the cheap, and the first that fails ends it. The
// last that has passed is chosen; one that has not been reached is not certain, whatever its own test would say. All points are
// tested: neighbours stand and fall together, so that small steps end no earlier by chance than large ones.
//
// Where no point keeps all bounds it is the nearest: the one that exceeds bounds on costs by the least, as fractions of the
// bounds added up, and among equals the most accurate, and then the cheapest. Costs come first because what they bound, a
// battery or a deadline, is used up, and accuracy is only missed.
func (f *Frontier) Choose(p Policy, o *criteria.Objective, l Load) Choice {
	all := f.candidates(p, o, l)
	within := slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return c.excess > 0 })
	accuracy := o.Bound(criteria.Accuracy).Min
	var best candidate
	var ok bool
	switch {
	case len(within) == 0:
	case o.Maximize:
		best, ok = slices.MinFunc(within, safer), true
	default:
		best, ok = f.cheapest(within, accuracy)
	}
	if !ok {
		best = slices.MinFunc(all, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.excess, b.excess), safer(a, b)) })
	}
	return Choice{*best.Point, f.unmet(best, o, l)}
}

func (f *Frontier) candidates(p Policy, o *criteria.Objective, l Load) []candidate {
	points, order := f.Points, f.pointOrder
	switch p {
	case PerWorkload:
		points, order = f.Single, f.singleOrder
	case Full:
		points, order = f.Single[len(f.Single)-1:], f.singleOrder[len(f.Single)-1:]
	}
	goal := o.Metric
	if o.Maximize {
		goal = f.Axis
	}
	all := make([]candidate, len(points))
	for i := range points {
		all[i] = candidate{&points[i], order[i], points[i].cost(goal), 0}
		for _, b := range o.Where {
			all[i].excess += points[i].excess(b, l)
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

// cheapest is the cheapest of candidates whose accuracy keeps a bound, or false when there is none.
func (f *Frontier) cheapest(within []candidate, accuracy float64) (best candidate, ok bool) {
	if math.IsInf(accuracy, -1) {
		return slices.MinFunc(within, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.goal, b.goal), safer(a, b)) }), true
	}
	for _, c := range falling(within) {
		if !f.keeps(c, accuracy) {
			break
		}
		best, ok = c, true
	}
	return best, ok
}

// keeps reports whether a candidate taken alone keeps a bound on accuracy: certainly, or by the estimate when certainty is off.
func (f *Frontier) keeps(c candidate, accuracy float64) bool { return c.AccuracyLow >= accuracy }

// falling orders candidates from safe to cheap and leaves out those that are no cheaper than a safer one.
func falling(within []candidate) []candidate {
	slices.SortFunc(within, safer)
	var stairs []candidate
	for _, c := range within {
		if len(stairs) == 0 || c.goal < stairs[len(stairs)-1].goal {
			stairs = append(stairs, c)
		}
	}
	return stairs
}

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

// Certifiable is the highest accuracy that the samples can make certain at the frontier's confidence: that of the point that
// is the most accurate on the search part. Choose reports any higher bound as unmet. When certainty is off, it is the accuracy
// that is estimated of that point.
func (f *Frontier) Certifiable() float64 {
	best, order := f.Single[0].AccuracyLow, f.singleOrder[0]
	for i := range f.Points {
		if f.pointOrder[i] > order {
			best, order = f.Points[i].AccuracyLow, f.pointOrder[i]
		}
	}
	return best
}
