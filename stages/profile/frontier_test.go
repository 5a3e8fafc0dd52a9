package profile

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/delen-edge/delen/criteria"
)

// counted is what brute force makes of thresholds: for each sample, exit by exit.
type counted struct {
	right int
	cost  float64
	shot  []int
}

func brute(e *Evidence, in bits, thresholds []float64) counted {
	c := counted{shot: make([]int, e.exits)}
	for i := range e.samples {
		if !in.has(i) {
			continue
		}
		k := 0
		for k < e.exits-1 && e.confidence[k][i] < thresholds[k] {
			k++
		}
		c.shot[k]++
		c.cost += e.cost[criteria.Energy][k]
		if e.right[k][i] {
			c.right++
		}
	}
	return c
}

// populations are the shapes that outcomes come in.
func populations(exits int) []population {
	return []population{{exits: exits}, {exits: exits, worse: true}, {exits: exits, ties: 10}, {exits: exits, equal: true}, {exits: exits, certain: true}}
}

// cheapest is the least cost of what has at least so many right answers.
func leastCost(all []counted, right int) float64 {
	least := math.Inf(1)
	for _, c := range all {
		if c.right >= right {
			least = min(least, c.cost)
		}
	}
	return least
}

// every visits the vectors of a grid in which each exit has some of its own confidences, evenly, always and never.
func every(e *Evidence, in bits, most int, visit func(thresholds []float64)) {
	values := make([][]float64, e.exits-1)
	for k := range values {
		var sorted []float64
		for i, c := range e.confidence[k] {
			if in.has(i) {
				sorted = append(sorted, c)
			}
		}
		slices.Sort(sorted)
		sorted = slices.Compact(sorted)
		for i := range min(most, len(sorted)) {
			values[k] = append(values[k], sorted[i*len(sorted)/min(most, len(sorted))])
		}
		values[k] = append(values[k], 0, never)
	}
	thresholds := make([]float64, e.exits-1)
	var fill func(k int)
	fill = func(k int) {
		if k == len(values) {
			visit(thresholds)
			return
		}
		for _, thresholds[k] = range values[k] {
			fill(k + 1)
		}
	}
	fill(0)
}

// finer is a grid with more levels.
func finer(e *Evidence, g *grid, in bits, most int) *grid {
	var rows []int
	for i := range e.samples {
		if in.has(i) {
			rows = append(rows, i)
		}
	}
	fine := *g
	fine.thresholds, fine.bins = nil, nil
	for k := range e.exits - 1 {
		thresholds, bins := quantiles(e.confidence[k], rows, most)
		fine.thresholds, fine.bins = append(fine.thresholds, thresholds), append(fine.bins, bins)
	}
	return &fine
}

// TestPointsAreAsCheapAsThoseOfAFineGrid: the staircase costs no more than 1 % more than that of a grid with as many levels as
// there are samples, or with four exits with half as many again as ours. At equal accuracy, to 0.2 points: a finer grid gets
// single samples right that ours does not tell from their neighbours.
func TestPointsAreAsCheapAsThoseOfAFineGrid(t *testing.T) {
	for exits, c := range map[int]struct{ samples, fine int }{1: {200, 1}, 2: {6000, 6000}, 3: {2400, 2400}, 4: {3000, 190}} {
		for shape, p := range populations(exits) {
			e := p.evidence(uint64(exits*10+shape), c.samples)
			in, n := e.in(search, false)
			g := e.newGrid(in, n, criteria.Energy, cheap)
			ours, fine := g.search(), finer(e, g, in, c.fine).search()
			stairs := ours.staircase(exits-1, false)
			for _, at := range fine.staircase(exits-1, false) {
				least := math.Inf(1)
				for _, s := range stairs {
					if ours.right(s) >= fine.right(at)-n/500 {
						least = min(least, ours.cost[s])
					}
				}
				if least > fine.cost[at]*1.01 {
					t.Errorf("%d exits, shape %d: %d of %d right cost %.1f, on the fine grid %.1f", exits, shape, fine.right(at), n, least, fine.cost[at])
				}
			}
		}
	}
}

// TestBlocksMissNothing: the staircase of a small table is that of all vectors, straight from samples.
func TestBlocksMissNothing(t *testing.T) {
	for exits := 1; exits <= 4; exits++ {
		for shape, p := range populations(exits) {
			e := p.evidence(uint64(exits*10+shape), 66)
			in, n := e.in(search, false)
			s := e.newGrid(in, n, criteria.Energy, cheap).search()
			least := make([]float64, n+1)
			for i := range least {
				least[i] = math.Inf(1)
			}
			every(e, in, n, func(thresholds []float64) {
				c := brute(e, in, thresholds)
				least[c.right] = min(least[c.right], c.cost)
			})
			stairs := s.staircase(exits-1, false)
			cheapest := math.Inf(1)
			for right := n; right >= 0; right-- {
				if least[right] >= cheapest-1e-9 {
					continue
				}
				cheapest = least[right]
				if len(stairs) == 0 || s.right(stairs[0]) != right || math.Abs(s.cost[stairs[0]]-cheapest) > 1e-6 {
					t.Fatalf("%d exits, shape %d: %d right cost %v: the staircase goes on with %v", exits, shape, right, cheapest, stairs)
				}
				stairs = stairs[1:]
			}
		}
	}
}

// TestThinStairsAreClose: what is left out is no more than a hundredth of the way, in accuracy or in cost.
func TestThinStairsAreClose(t *testing.T) {
	e := population{exits: 3}.evidence(4, 20_000)
	in, n := e.in(search, false)
	s := e.newGrid(in, n, criteria.Energy, cheap).search()
	stairs := s.staircase(2, false)
	thin := s.thin(stairs, mostPoints/2)
	if len(stairs) < 2*len(thin) || len(thin) > mostPoints/2 || thin[0] != stairs[0] || thin[len(thin)-1] != stairs[len(stairs)-1] {
		t.Fatalf("%d of %d stairs are kept", len(thin), len(stairs))
	}
	for i := 1; i < len(thin); i++ {
		if drop := float64(s.right(thin[i-1])-s.right(thin[i])) / float64(n); drop > 0.01 {
			t.Errorf("accuracy drops by %v at once", drop)
		}
		if drop := s.cost[thin[i-1]]/s.cost[thin[i]] - 1; drop > 0.04 {
			t.Errorf("the cost drops by %v at once", drop)
		}
	}
}

// TestSharesAreThoseOfBruteForce, and so are answers on each part.
func TestSharesAreThoseOfBruteForce(t *testing.T) {
	for _, exits := range []int{1, 2, 3, 4, 8, 12} {
		for shape, p := range populations(exits) {
			e := p.evidence(uint64(exits), 400)
			f := e.Frontier(cheap, Certainty{})
			all, _ := e.in(search, true)
			var sets [parts]bits
			for part := range sets {
				sets[part], _ = e.in(part, false)
			}
			for _, q := range slices.Concat(f.Points, f.Single) {
				want := brute(e, all, q.Thresholds)
				for k, n := range want.shot {
					if q.ExitShare[k] != float64(n)/400 {
						t.Fatalf("%d exits, shape %d, %v: shares %v, want %v of 400", exits, shape, q.Thresholds, q.ExitShare, want.shot)
					}
				}
				if math.Abs(q.Energy-want.cost/400) > 1e-9*q.Energy {
					t.Fatalf("%v: energy %v, want %v", q.Thresholds, q.Energy, want.cost/400)
				}
				if got, n := brute(e, sets[report], q.Thresholds).right, e.sizes[report]; q.Accuracy != float64(got)/float64(n) {
					t.Fatalf("%v: accuracy %v, want %d of %d", q.Thresholds, q.Accuracy, got, n)
				}
				if got, n := brute(e, sets[calibration], q.Thresholds).right, e.sizes[calibration]; q.AccuracyLow != lowest(got, n, usual) {
					t.Fatalf("%v: at least %v, want that of %d of %d", q.Thresholds, q.AccuracyLow, got, n)
				}
			}
		}
	}
}

// TestShelfHoldsWhatBruteForceCounts: blocks and climbs count right, for every vector that they keep.
func TestShelfHoldsWhatBruteForceCounts(t *testing.T) {
	bounded := &criteria.Objective{Metric: criteria.Energy, Where: []criteria.Bound{{Metric: criteria.FLOPs, Min: math.Inf(-1), Max: 6}}}
	for _, exits := range []int{1, 2, 3, 4, 5, 8} {
		for _, p := range populations(exits) {
			e := p.evidence(3, 240)
			in, n := e.in(search, false)
			g := e.newGrid(in, n, criteria.Energy, bounded)
			s := g.search()
			for at, cost := range s.cost {
				if math.IsInf(cost, 1) {
					continue
				}
				want := brute(e, in, g.vector(s.at(at)))
				left, level := n, -1
				flops := 0.0
				for k, shot := range want.shot {
					left -= shot
					flops += float64(shot) * e.cost[criteria.FLOPs][k]
					if level < 0 && 20*left <= n {
						level = k
					}
				}
				if flops > 6*float64(n)+1e-9 {
					level += exits
				}
				if class := at / (n + 1); want.right != s.right(at) || math.Abs(want.cost-cost) > 1e-6 || class != level {
					t.Fatalf("%d exits, %v: %d right, cost %v, class %d; want %d, %v, %d", exits, s.at(at), s.right(at), cost, class, want.right, want.cost, level)
				}
			}
		}
	}
}

// climbGreedily goes from Full down: of all changes of one level it takes that which saves the most and keeps enough right.
func climbGreedily(g *grid, levels []uint16, right int) float64 {
	value := func() (int, float64) {
		r, cost := 0, 0.0
		for i := range g.n {
			k := 0
			for k < len(levels) && g.bins[k][i] < levels[k] {
				k++
			}
			r += int(g.right[i*g.exits+k])
			cost += g.cost[k]
		}
		return r, cost
	}
	_, best := value()
	for improved := true; improved; {
		improved = false
		at, to := 0, uint16(0)
		for k := range levels {
			own := levels[k]
			for l := range g.never(k) + 1 {
				levels[k] = l
				if r, cost := value(); r >= right && cost < best-1e-9 {
					best, at, to, improved = cost, k, l, true
				}
			}
			levels[k] = own
		}
		if improved {
			levels[at] = to
		}
	}
	return best
}

// TestClimbsEndWhereRestartsDo: of eight exits, within 2 % of the best of restarts at random and of a greedy descent from Full.
func TestClimbsEndWhereRestartsDo(t *testing.T) {
	for shape, p := range populations(8) {
		e := p.evidence(uint64(40+shape), 450)
		in, n := e.in(search, false)
		g := e.newGrid(in, n, criteria.Energy, cheap)
		s := g.search()
		stairs := s.staircase(7, false)
		r := rand.New(rand.NewPCG(9, uint64(shape)))
		for _, at := range []int{len(stairs) / 8, len(stairs) / 3, len(stairs) / 2} {
			right := s.right(stairs[at])
			best := climbGreedily(g, g.single(7), right)
			for range 6 {
				levels := slices.Clone(s.at(stairs[0]))
				for k := range levels {
					if l := uint16(r.IntN(int(g.never(k)) + 1)); brute(e, in, g.vector(with(levels, k, l))).right >= right {
						levels[k] = l
					}
				}
				best = min(best, climbGreedily(g, levels, right))
			}
			if cost := s.cost[stairs[at]]; cost > best*1.02 {
				t.Errorf("shape %d: %d right answers cost %.1f, after restarts %.1f", shape, right, cost, best)
			}
		}
	}
}

func with(levels []uint16, k int, l uint16) []uint16 {
	c := slices.Clone(levels)
	c[k] = l
	return c
}

// TestGapHolds: on small grids of five exits, where all vectors can be visited, no point costs more above the best than the gap
// says.
func TestGapHolds(t *testing.T) {
	for shape, p := range populations(5) {
		p.ties = 6
		e := p.evidence(uint64(shape), 150)
		in, n := e.in(search, false)
		f := e.Frontier(cheap, Certainty{})
		var all []counted
		every(e, in, 6, func(thresholds []float64) { all = append(all, brute(e, in, thresholds)) })
		for i := range f.Points {
			c := brute(e, in, f.Points[i].Thresholds)
			if least := leastCost(all, c.right); c.cost > least*(1+f.Gap) {
				t.Errorf("shape %d: %d of %d cost %.1f, the best %.1f, the gap is %v", shape, c.right, n, c.cost, least, f.Gap)
			}
		}
		if !(f.Gap >= 0) {
			t.Errorf("shape %d: the gap is %v", shape, f.Gap)
		}
	}
}

// TestNoSingleExitIsBetter: what pW, Full, a common threshold and quantiles can do, the frontier can.
func TestNoSingleExitIsBetter(t *testing.T) {
	for _, exits := range []int{2, 3, 4, 8, 12} {
		for shape, p := range populations(exits) {
			e := p.evidence(uint64(shape), 900)
			in, n := e.in(search, false)
			g := e.newGrid(in, n, criteria.Energy, cheap)
			s := g.search()
			stairs := s.staircase(exits-1, false)
			for k := range exits {
				single := brute(e, in, g.vector(g.single(k)))
				least := math.Inf(1)
				for _, at := range stairs {
					if s.right(at) >= single.right {
						least = min(least, s.cost[at])
					}
				}
				if least > single.cost+1e-9 {
					t.Errorf("%d exits, shape %d: exit %d has %d right for %v, the staircase takes %v", exits, shape, k+1, single.right, single.cost, least)
				}
			}
		}
	}
}
