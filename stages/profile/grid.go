package profile

import (
	"slices"

	"github.com/delen-edge/delen/criteria"
)

// grid is the vectors of thresholds that are searched, and what the samples of the search part make of them.
//
// An exit but the last has levels 0 to L. A sample is in one of its bins 0 to L-1, by its confidence, and stops there when its
// bin is at least the level: level 0 always stops and L never, so that every single exit is a vector of the grid.
type grid struct {
	n, exits   int
	thresholds [][]float64 // by exit but the last, by level
	bins       [][]uint16  // by exit but the last, by sample
	right      []uint8     // sample*exits + exit: 1 when it is right
	cost       []float64   // by exit, on the axis
	limits     []limit
	rungs      []rung // ascending
	classes    int    // of the vectors that keep the limits: one for each rung
}

// rung is a time by which 95 of 100 requests may be answered.
type rung struct {
	late float64   // by how many more than 5 of 100 of all samples would miss it, if all stopped at the first exit
	more []float64 // by exit but the last: by how many more of each that goes on
}

// between is how many rungs lead from the 95th percentile of one exit's response time to that of the next: a bound on response
// times may be anywhere.
const between = 2

// ladder has the times of the rungs: the exits' percentiles, and those between them. Of more exits than a block can visit there
// are none between: a climb divides its effort by the number of rungs.
func (e *Evidence) ladder() []float64 {
	if e.p95 == nil {
		return []float64{0} // no vector is known to be quicker than another
	}
	times := []float64{e.p95[0]}
	for k := 1; k < e.exits; k++ {
		if e.exits <= exact {
			for i := 1; i < between; i++ {
				times = append(times, e.p95[k-1]+(e.p95[k]-e.p95[k-1])*float64(i)/between)
			}
		}
		times = append(times, e.p95[k])
	}
	return times
}

// newRungs prepares what class decides by.
func (e *Evidence) newRungs(n int) []rung {
	var all []rung
	m := mixture{median: e.cost[criteria.ResponseTime], p95: e.p95}
	for _, t := range e.ladder() {
		r := rung{more: make([]float64, e.exits-1)}
		if e.p95 != nil {
			r.late = (0.95 - m.by(0, t) - slack) * float64(n)
			for k := range r.more {
				r.more[k] = m.by(k, t) - m.by(k+1, t)
			}
		}
		all = append(all, r)
	}
	return all
}

// limit is a bound on a mean cost other than the axis.
type limit struct {
	cost []float64 // by exit
	most float64
}

// coarse is how many bins an exit gets of which all vectors are visited, up to four exits: two million of them at most.
func coarse(exits int) int {
	switch exits {
	case 2:
		return 4096
	case 3:
		return 1024
	case 4:
		return 128
	}
	return 48
}

// finer is how many times as many bins the grid has that is climbed from what was found on the coarse one. Every coarse
// threshold is a fine one, too.
const finer = 8

// newGrid bins the samples at the quantiles of their confidences.
func (e *Evidence) newGrid(in bits, n int, axis criteria.Metric, o *criteria.Objective, levels int) *grid {
	g := &grid{n: n, exits: e.exits, cost: e.cost[axis]}
	if g.cost == nil {
		g.cost = make([]float64, e.exits) // nothing is known of it: accuracy alone counts
	}
	g.rungs = e.newRungs(n)
	g.classes = len(g.rungs)
	g.right = make([]uint8, 0, n*e.exits)
	rows := make([]int, 0, n)
	for i := range e.samples {
		if !in.has(i) {
			continue
		}
		rows = append(rows, i)
		for k := range e.exits {
			r := uint8(0)
			if e.right[k][i] {
				r = 1
			}
			g.right = append(g.right, r)
		}
	}
	for k := range e.exits - 1 {
		thresholds, bins := quantiles(e.confidence[k], rows, levels)
		g.thresholds, g.bins = append(g.thresholds, thresholds), append(g.bins, bins)
	}
	for _, b := range o.Where {
		if c := e.cost[b.Metric]; c != nil && b.Metric != axis && b.Metric != criteria.ResponseTime {
			g.limits = append(g.limits, limit{c, b.Max})
		}
	}
	return g
}

// quantiles cuts confidences into bins that hold as many each, as far as ties allow. The threshold of a level is the smallest
// confidence in the bin above it, so that at least it means the same for the samples as at least its bin.
func quantiles(confidence []float64, rows []int, most int) (thresholds []float64, bins []uint16) {
	sorted := make([]float64, len(rows))
	for i, row := range rows {
		sorted[i] = confidence[row]
	}
	slices.Sort(sorted)
	thresholds = []float64{0}
	for i := range most {
		if v := sorted[i*len(sorted)/most]; v > max(thresholds[len(thresholds)-1], sorted[0]) {
			thresholds = append(thresholds, v)
		}
	}
	bins = make([]uint16, len(rows))
	for i, row := range rows {
		at, exact := slices.BinarySearch(thresholds, confidence[row])
		if !exact {
			at--
		}
		bins[i] = uint16(at)
	}
	return append(thresholds, never), bins
}

// cut reports whether some exit has samples in one bin that a finer grid tells apart.
func (g *grid) cut(n int) bool {
	for _, t := range g.thresholds {
		if len(t)-1 < n && len(t)-1 >= coarse(g.exits) {
			return true
		}
	}
	return false
}

// vector is the thresholds of a vector of levels.
func (g *grid) vector(levels []uint16) []float64 {
	t := make([]float64, len(levels))
	for k, l := range levels {
		t[k] = g.thresholds[k][l]
	}
	return t
}

// single is the vector of levels that always stops at one exit, or at the last.
func (g *grid) single(exit int) []uint16 {
	v := make([]uint16, g.exits-1)
	for k := range min(exit, len(v)) {
		v[k] = uint16(len(g.thresholds[k]) - 1)
	}
	return v
}

// isSingle reports whether a vector always stops at the same exit.
func (g *grid) isSingle(levels []uint16) bool {
	for k, l := range levels {
		if l != g.never(k) {
			return l == 0 // an offer stops behind that, too
		}
	}
	return true
}

// never is the level that no sample of an exit reaches.
func (g *grid) never(exit int) uint16 { return uint16(len(g.thresholds[exit]) - 1) }

// class of a vector is the first rung by which it has answered 95 of 100 of its requests, and behind all rungs the same again
// for vectors that break a limit. left is how many go on from each exit but the last.
func (g *grid) class(left []int) int {
	level, most := 0, g.classes-1 // all are answered by the last
	for level < most {
		half := (level + most) / 2
		r := &g.rungs[half]
		late := r.late
		for k, n := range left {
			late += r.more[k] * float64(n)
		}
		if late > 0 {
			level = half + 1
		} else {
			most = half
		}
	}
	for i := range g.limits {
		if g.price(g.limits[i].cost, left) > g.limits[i].most*float64(g.n) {
			return g.classes + level
		}
	}
	return level
}

// price is what all samples cost together, when so many go on from each exit but the last. Costs never fall from one exit to
// the next.
func (g *grid) price(cost []float64, left []int) float64 {
	sum := cost[0] * float64(g.n)
	for k, n := range left {
		sum += (cost[k+1] - cost[k]) * float64(n)
	}
	return sum
}
