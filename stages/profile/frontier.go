package profile

import (
	"cmp"
	"math"
	"slices"

	"github.com/delen-edge/delen/criteria"
)

// never is the threshold that no confidence reaches.
var never = math.Inf(1)

// Policy is how an operating point is found.
type Policy string

// The policies (Liang et al., IoTDI 2023, call the first three PF, pW and Full).
const (
	Pareto      Policy = "pareto"       // a threshold per exit, from the frontier
	PerWorkload Policy = "per-workload" // one exit for all requests: the cheapest that meets the bounds
	Full        Policy = "full"         // the last exit for all requests
)

// Certainty says how sure a promise of accuracy has to be.
type Certainty struct {
	// Off takes point estimates from all samples for what they are.
	Off bool
	// Confidence is the probability, from 0.5 to 0.9999, with which a promise is kept; 0 is 0.95.
	Confidence float64
}

// Frontier is the operating points that are worth choosing from for one objective. It is immutable and may be shared by
// any number of goroutines.
type Frontier struct {
	// Objective is what it was made for.
	Objective *criteria.Objective
	// Axis is the cost that accuracy is traded against: ResponseTime, Energy or FLOPs.
	Axis criteria.Metric
	// Points are the cheapest that were found for their accuracy, some of them only among what is as quick or keeps the bounds;
	// ascending in the axis' cost. Accuracies are estimated on other samples, on which a point may look worse than a cheaper one.
	Points []Point
	// Single has a point for each exit that always stops there; the last is that of the policy Full.
	Single []Point
	// Oracle knows the labels: it stops at the first exit that is right, or at the last. A bound for comparison only.
	Oracle Point
	// Gap is how much more than the cheapest vector of the grid that is as accurate a point may cost on the axis, as a
	// fraction, at the worst of the points: 0 when all vectors were visited. It is NaN when nothing is known.
	Gap float64

	// What the points were chosen by, beside them: how accurate they are on the search part. It orders them, and nothing that
	// is promised is read from it.
	pointOrder, singleOrder []float64
	searched                int // samples of the search part
	off                     bool
	idle                    float64 // W that the energies include
}

// mostPoints is how many points a frontier has, about. Between two neighbours accuracy and cost differ by a hundredth or so of
// what they span; objectives want no finer choice, and samples cannot tell them apart.
const mostPoints = 256

// Frontier finds the points for an objective. The metrics of the objective must be known for all exits, see Knows.
func (e *Evidence) Frontier(o *criteria.Objective, c Certainty) *Frontier {
	confidence := cmp.Or(c.Confidence, usual)
	f := &Frontier{Objective: o, Axis: e.axis(o), off: c.Off, idle: e.idle}
	in, n := e.in(search, c.Off)
	f.searched = n
	s := e.search(in, n, f.Axis, o)
	g := s.g
	counter := e.newCounter(c.Off)
	add := func(levels []uint16, to *[]Point, order *[]float64) {
		thresholds := g.vector(levels)
		t := counter.count(thresholds)
		*to = append(*to, counter.point(thresholds, t, confidence, c.Off))
		*order = append(*order, fraction(t.right[search], n))
	}
	for k := range e.exits {
		add(g.single(k), &f.Single, &f.singleOrder)
	}
	chosen := s.needed(mostPoints / 2)
	for _, at := range chosen {
		add(s.at(at), &f.Points, &f.pointOrder)
	}
	f.sort(e.cost[f.Axis] != nil)
	f.Oracle = counter.point(nil, counter.oracle(), confidence, c.Off)
	if e.exits > exact {
		f.Gap = g.gap(s, chosen)
	}
	return f
}

// axis is the cost that an objective trades accuracy against: what it minimises, or else the first that it bounds, or else
// the first that is known.
func (e *Evidence) axis(o *criteria.Objective) criteria.Metric {
	if !o.Maximize {
		return o.Metric
	}
	for _, m := range []criteria.Metric{criteria.Energy, criteria.FLOPs, criteria.ResponseTime} {
		if !math.IsInf(o.Bound(m).Max, 1) && e.cost[m] != nil {
			return m
		}
	}
	for _, m := range []criteria.Metric{criteria.Energy, criteria.ResponseTime} {
		if e.cost[m] != nil {
			return m
		}
	}
	return criteria.FLOPs
}

// exact is how many exits a model may have for all vectors of its grid to be visited.
const exact = 4

// search finds the cheapest vectors for every number of right answers. Up to four exits it visits all vectors of a coarse grid
// and climbs from the best of them on a fine one; of more exits there are too many to visit.
func (e *Evidence) search(in bits, n int, axis criteria.Metric, o *criteria.Objective) *shelf {
	g := e.newGrid(in, n, axis, o, coarse(e.exits))
	s := newShelf(g)
	for k := range g.exits { // first: a vector that is no better does not take their place
		g.newBlock([]int{k}).visit(s)
	}
	if g.exits > exact {
		c := newClimber(s, effort)
		c.start()
		c.climb()
		return s
	}
	all := make([]int, g.exits)
	for k := range all {
		all[k] = k
	}
	g.newBlock(all).visit(s)
	if !g.cut(n) {
		return s
	}
	fine := newShelf(e.newGrid(in, n, axis, o, finer*coarse(e.exits)))
	s.copyTo(fine)
	newClimber(fine, effort/60).climb()
	return fine
}

// sort orders the points by their cost.
func (f *Frontier) sort(known bool) {
	if !known {
		return
	}
	by := make([]int, len(f.Points))
	for i := range by {
		by[i] = i
	}
	slices.SortStableFunc(by, func(i, j int) int {
		return cmp.Or(cmp.Compare(f.Points[i].cost(f.Axis), f.Points[j].cost(f.Axis)), cmp.Compare(f.pointOrder[i], f.pointOrder[j]))
	})
	points, order := make([]Point, len(by)), make([]float64, len(by))
	for to, from := range by {
		points[to], order[to] = f.Points[from], f.pointOrder[from]
	}
	f.Points, f.pointOrder = points, order
}

// cost is the mean of what a point takes of a metric.
func (p *Point) cost(m criteria.Metric) float64 {
	switch m {
	case criteria.ResponseTime:
		return p.ResponseTime
	case criteria.Energy:
		return p.Energy
	case criteria.FLOPs:
		return p.FLOPs
	}
	return math.NaN()
}
