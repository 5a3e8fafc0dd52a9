package profile

import "slices"

// climber searches a grid that is too large to visit. It starts from vectors that are easy to find, and then changes one level
// at a time in every vector that no other dominates, until that finds nothing new (Pareto local search; Paquete, Chiarandini
// and Stützle, "Pareto Local Optimum Sets in the Biobjective Traveling Salesman Problem", 2004).
type climber struct {
	g       *grid
	s       *shelf
	scanned map[int]float64 // place on the shelf: cost of the vector that was scanned there
	effort  int             // steps of one sample and exit that may still be taken
	first   []uint16        // by sample: where it stops
	down    []uint16        // by sample: where it stops if it goes on from the exit in hand
	count   []int32         // bin*exits + exit: samples of the bin that stop there if they go on
	gain    []int32         // by bin: right answers more if they go on
	left    []int           // by exit but the last: how many go on from there
}

const (
	// effort bounds the search, to half a second or so for eight exits and 50,000 samples.
	effort = 150_000_000
	// blocks is how many sets of four exits are visited whole, at most.
	blocks = 36
	// width is how many vectors of each staircase are scanned in one round.
	width = 64
)

func newClimber(s *shelf, effort int) *climber {
	g := s.g
	c := &climber{
		g: g, s: s, scanned: make(map[int]float64), effort: effort,
		first: make([]uint16, g.n), down: make([]uint16, g.n), left: make([]int, g.exits-1),
	}
	bins := 0
	for k := range g.exits - 1 {
		bins = max(bins, len(g.thresholds[k]))
	}
	c.count, c.gain = make([]int32, bins*g.exits), make([]int32, bins)
	return c
}

// climb goes on until there is nothing new, or no effort is left.
func (c *climber) climb() {
	for c.effort > 0 {
		fresh := c.fresh()
		if len(fresh) == 0 {
			return
		}
		for _, at := range fresh {
			if c.effort <= 0 {
				return
			}
			c.scanned[at] = c.s.cost[at]
			c.scan(slices.Clone(c.s.at(at)))
		}
	}
}

// start offers what is found without a search: all vectors of three exits and the last, and the neighbours of thresholds that
// are common to all exits.
func (c *climber) start() {
	sets := triples(c.g.exits - 1)
	stride := float64(len(sets)) / float64(min(len(sets), blocks))
	for i := range min(len(sets), blocks) {
		c.g.newBlock(append(sets[int(float64(i)*stride)], c.g.exits-1)).visit(c.s)
	}
	levels := make([]uint16, c.g.exits-1)
	for part := 0.0; part <= 1; part += 1.0 / 16 {
		for k := range levels {
			levels[k] = uint16(part * float64(c.g.never(k)))
		}
		c.scan(levels)
	}
}

// triples are all sets of three of n exits, ascending.
func triples(n int) [][]int {
	var all [][]int
	for a := range n {
		for b := a + 1; b < n; b++ {
			for d := b + 1; d < n; d++ {
				all = append(all, []int{a, b, d})
			}
		}
	}
	return all
}

// fresh is the vectors of the staircases that are not scanned yet, thinned.
func (c *climber) fresh() []int {
	var all []int
	for class := c.g.classes - 1; class >= 0; class-- {
		all = append(all, c.s.thin(c.news(c.s.staircase(class, false)), width)...)
		if len(c.g.limits) > 0 {
			all = append(all, c.s.thin(c.news(c.s.staircase(class, true)), width)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (c *climber) news(stairs []int) []int {
	return slices.DeleteFunc(stairs, func(at int) bool {
		cost, ok := c.scanned[at]
		return ok && cost == c.s.cost[at]
	})
}

// scan offers every vector that differs from the given one in one level: for each exit, one pass over the samples that come
// there, and one over its levels.
func (c *climber) scan(levels []uint16) {
	g := c.g
	c.effort -= g.n * g.exits
	stopped, right := c.follow(levels)
	came, rightBefore := g.n, 0
	for k := range g.exits - 1 {
		came -= stopped[k]
		c.left[k] = came
		rightBefore += right[k]
	}
	kept := slices.Clone(c.left)
	for i := range c.down {
		c.down[i] = uint16(g.exits - 1)
	}
	for k := g.exits - 2; k >= 0; k-- {
		rightBefore -= right[k]
		copy(c.left, kept)
		c.scanExit(levels, k, rightBefore)
		for i, bin := range g.bins[k] {
			if bin >= levels[k] {
				c.down[i] = uint16(k)
			}
		}
	}
}

// follow finds where every sample stops, and how many do at each exit and are right there.
func (c *climber) follow(levels []uint16) (stopped, right []int) {
	g := c.g
	stopped, right = make([]int, g.exits), make([]int, g.exits)
	for i := range c.first {
		k := 0
		for k < len(levels) && g.bins[k][i] < levels[k] {
			k++
		}
		c.first[i] = uint16(k)
		stopped[k]++
		right[k] += int(g.right[i*g.exits+k])
	}
	return stopped, right
}

// scanExit offers the levels of one exit. What stops before it is fixed, and what goes on from it ends where down says.
func (c *climber) scanExit(levels []uint16, k, rightBefore int) {
	g := c.g
	clear(c.count)
	clear(c.gain)
	total := rightBefore // of right answers
	for i, bin := range g.bins[k] {
		if int(c.first[i]) < k {
			continue
		}
		here, down := g.right[i*g.exits+k], c.down[i]
		total += int(here)
		c.gain[bin] += int32(g.right[i*g.exits+int(down)]) - int32(here)
		c.count[int(bin)*g.exits+int(down)]++
	}
	clear(c.left[k:])
	own := levels[k]
	for l := uint16(0); ; l++ {
		levels[k] = l
		c.s.offer(g.class(c.left), total, g.price(g.cost, c.left), levels)
		if l == g.never(k) {
			break
		}
		// The samples of bin l go on from level l+1 upwards.
		total += int(c.gain[l])
		sum := 0
		for d := g.exits - 1; d > k; d-- {
			sum += int(c.count[int(l)*g.exits+d])
			c.left[d-1] += sum
		}
	}
	levels[k] = own
}
