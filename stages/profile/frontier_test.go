package profile

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
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

// visitAll fills a shelf with all vectors of a grid.
func (e *Evidence) visitAll(in bits, n, levels int) *shelf {
	s := newShelf(e.newGrid(in, n, criteria.Energy, cheap, levels))
	all := make([]int, e.exits)
	for k := range all {
		all[k] = k
	}
	s.g.newBlock(all).visit(s)
	return s
}

// TestPointsAreAsCheapAsThoseOfAFineGrid: the staircase costs no more than 1 % more than that of a grid with as many levels as
// there are samples, or with four exits with half as many again as ours. At equal accuracy, to 0.2 points: a finer grid gets
// single samples right that ours does not tell from their neighbours.
func TestPointsAreAsCheapAsThoseOfAFineGrid(t *testing.T) {
	for exits, c := range map[int]struct{ samples, fine int }{1: {200, 1}, 2: {6000, 6000}, 3: {2400, 2400}, 4: {3000, 190}} {
		for shape, p := range trials.Pick(populations(exits), populations(exits)[:2]) {
			e := p.evidence(uint64(exits*10+shape), c.samples)
			in, n := e.in(search, false)
			ours, fine := e.search(in, n, criteria.Energy, cheap), e.visitAll(in, n, c.fine)
			stairs := ours.staircase(ours.g.classes-1, false)
			for _, at := range fine.staircase(fine.g.classes-1, false) {
				least := math.Inf(1)
				for _, s := range stairs {
					if ours.right(s) >= fine.right(at) {
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
			s := e.search(in, n, criteria.Energy, cheap)
			least := make([]float64, n+1)
			for i := range least {
				least[i] = math.Inf(1)
			}
			every(e, in, n, func(thresholds []float64) {
				c := brute(e, in, thresholds)
				least[c.right] = min(least[c.right], c.cost)
			})
			stairs := s.staircase(s.g.classes-1, false)
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
	s := e.search(in, n, criteria.Energy, cheap)
	stairs := s.staircase(s.g.classes-1, false)
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
	for _, exits := range trials.Pick([]int{1, 2, 3, 4, 8, 12}, []int{1, 3, 8}) {
		for shape, p := range populations(exits) {
			e := p.evidence(uint64(exits), 400)
			f := e.Frontier(cheap, Certainty{})
			var sets [parts]bits
			for part := range sets {
				sets[part], _ = e.in(part, false)
			}
			shown := newBits(e.samples)
			for w := range shown {
				shown[w] = sets[search][w] | sets[report][w]
			}
			size := float64(shown.count())
			for _, q := range slices.Concat(f.Points, f.Single) {
				want := brute(e, shown, q.Thresholds)
				for k, n := range want.shot {
					if q.ExitShare[k] != float64(n)/size {
						t.Fatalf("%d exits, shape %d, %v: shares %v, want %v of %v", exits, shape, q.Thresholds, q.ExitShare, want.shot, size)
					}
				}
				if math.Abs(q.Energy-want.cost/size) > 1e-9*q.Energy {
					t.Fatalf("%v: energy %v, want %v", q.Thresholds, q.Energy, want.cost/size)
				}
				fresh := newBits(e.samples)
				for w := range fresh {
					fresh[w] = sets[calibration][w] | sets[report][w]
				}
				if got, n := brute(e, fresh, q.Thresholds).right, fresh.count(); q.Accuracy != max(float64(got)/float64(n), q.AccuracyLow) {
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
	for _, exits := range trials.Pick([]int{1, 2, 3, 4, 5, 8}, []int{1, 2, 5}) {
		for _, p := range populations(exits) {
			e := p.evidence(3, 240)
			in, n := e.in(search, false)
			s := e.search(in, n, criteria.Energy, bounded)
			g := s.g
			times, m := e.ladder(), mixture{median: e.cost[criteria.ResponseTime], p95: e.p95}
			for at, cost := range s.cost {
				if math.IsInf(cost, 1) {
					continue
				}
				want := brute(e, in, g.vector(s.at(at)))
				level, flops := 0, 0.0
				for k, shot := range want.shot {
					flops += float64(shot) * e.cost[criteria.FLOPs][k]
				}
				for level = range times { // by which 95 of 100 are answered
					answered := 0.0
					for k, shot := range want.shot {
						answered += float64(shot) * m.by(k, times[level])
					}
					if answered >= 0.95*float64(n)-1e-9 {
						break
					}
				}
				if flops > 6*float64(n)+1e-9 {
					level += len(times)
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
		s := e.search(in, n, criteria.Energy, cheap)
		g := s.g
		stairs := s.staircase(s.g.classes-1, false)
		r := rand.New(rand.NewPCG(9, uint64(shape)))
		for _, at := range []int{len(stairs) / 8, len(stairs) / 3, len(stairs) / 2} {
			right := s.right(stairs[at])
			best := climbGreedily(g, g.single(7), right)
			for range trials.Pick(30, 8) {
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

// TestNoOtherRuleIsBetter: what pW, Full, a greedy descent from Full, a threshold that all exits share and the same quantile at
// each can do on the grid, the frontier can for no more.
func TestNoOtherRuleIsBetter(t *testing.T) {
	for _, exits := range trials.Pick([]int{2, 3, 4, 8, 12}, []int{2, 4, 8}) {
		for shape, p := range populations(exits) {
			e := p.evidence(uint64(shape), 600)
			in, n := e.in(search, false)
			s, g := e.search(in, n, criteria.Energy, cheap), e.newGrid(in, n, criteria.Energy, cheap, coarse(exits))
			stairs := s.staircase(s.g.classes-1, false)
			check := func(rule string, right int, cost float64) {
				t.Helper()
				least := math.Inf(1)
				for _, at := range stairs {
					if s.right(at) >= right {
						least = min(least, s.cost[at])
					}
				}
				if least > cost+1e-9 {
					t.Errorf("%d exits, shape %d: %s has %d of %d right for %v, the staircase takes %v", exits, shape, rule, right, n, cost, least)
				}
			}
			for k := range exits {
				single := brute(e, in, g.vector(g.single(k)))
				check("a single exit", single.right, single.cost)
			}
			if exits > exact {
				continue // the others are no starts of the climb
			}
			for i := range 20 {
				part := float64(i) / 19
				quantile, common := make([]uint16, exits-1), make([]float64, exits-1)
				for k := range exits - 1 {
					quantile[k] = uint16(part * float64(g.never(k)))
					common[k] = e.confidence[0][i] // one that there is
				}
				q := brute(e, in, g.vector(quantile))
				check("a quantile", q.right, q.cost)
				if n < coarse(exits) { // else it is not on the grid
					c := brute(e, in, common)
					check("a common threshold", c.right, c.cost)
				}
			}
			full := brute(e, in, g.vector(g.single(exits-1))).right
			for _, right := range []int{full, full - n/100, full - n/20} {
				check("greedy", right, climbGreedily(g, g.single(exits-1), right))
			}
		}
	}
}
