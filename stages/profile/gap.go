package profile

import "math"

// depth is how many exits of a relaxed vector have levels.
const depth = 3

// gap bounds how much more than the best vector of its accuracy a point costs, at the worst of them.
//
// For a price of lambda for each right answer, no vector has less of cost - lambda*right than the best vector of levels of the
// first three exits behind which every sample picks for itself, knowing the labels, where stopping is best. That is a
// Lagrangian bound: a vector with at least r right answers costs at least that + lambda*r.
func (g *grid) gap(s *shelf, points []int) float64 {
	first, last := math.Inf(1), 0.0
	for _, at := range points {
		first, last = min(first, s.cost[at]), max(last, s.cost[at])
	}
	floors := make([]float64, len(points)) // the best bound on each point's cost
	const prices = 24
	for i := range prices {
		// From a hundredth of to a hundred times what a right answer costs on average.
		lambda := last / float64(g.n) * math.Pow(10, -2+4*float64(i)/(prices-1))
		least := g.relaxed(lambda)
		for j, at := range points {
			floors[j] = max(floors[j], first0(g), least+lambda*float64(s.right(at)))
		}
	}
	worst := 0.0
	for j, at := range points {
		if floors[j] <= 0 {
			return math.NaN()
		}
		worst = max(worst, s.cost[at]/floors[j]-1)
	}
	return worst
}

// first0 is what any vector costs at least: the first exit.
func first0(g *grid) float64 { return g.cost[0] * float64(g.n) }

// relaxed is the least of cost - lambda*right that no vector falls below.
func (g *grid) relaxed(lambda float64) float64 {
	best := make([]float64, g.n) // by sample, of the exits behind those that have levels
	for i := range best {
		best[i] = math.Inf(1)
		for k := depth; k < g.exits; k++ {
			best[i] = min(best[i], g.value(i, k, lambda))
		}
	}
	// As in a block, but with values for numbers of answers.
	tables := make([][]float64, depth)
	cells := 1
	for d := range depth {
		cells *= len(g.thresholds[d])
		tables[d] = make([]float64, cells)
		for i := range g.n {
			at := 0
			for k := range d + 1 {
				at = at*len(g.thresholds[k]) + int(g.bins[k][i]) + 1
			}
			next := best[i]
			if d < depth-1 {
				next = g.value(i, d+1, lambda)
			}
			tables[d][at] += next - g.value(i, d, lambda)
		}
		stride := 1
		for k := d; k >= 0; k-- {
			accumulate(tables[d], stride, len(g.thresholds[k]))
			stride *= len(g.thresholds[k])
		}
	}
	all := 0.0
	for i := range g.n {
		all += g.value(i, 0, lambda)
	}
	return all + leastSum(g, tables, 0, 0)
}

// leastSum is the least sum of one value of each table along a vector of levels.
func leastSum(g *grid, tables [][]float64, d, at int) float64 {
	if d == len(tables) {
		return 0
	}
	at *= len(g.thresholds[d])
	least := math.Inf(1)
	for l := range g.thresholds[d] {
		least = min(least, tables[d][at+l]+leastSum(g, tables, d+1, at+l))
	}
	return least
}

// value is cost - lambda*right of a sample that stops at an exit.
func (g *grid) value(sample, exit int, lambda float64) float64 {
	return g.cost[exit] - lambda*float64(g.right[sample*g.exits+exit])
}
