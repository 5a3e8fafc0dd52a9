package profile

// block is the sums that make all vectors of a few exits cheap to visit: at depth k, for each vector of levels of the first
// k+1 of the exits, how many samples go on from all of them, and how many more right answers the next exit gives to those
// than the last of them. So a step deeper adds two figures, and a vector of K exits takes K steps.
type block struct {
	g     *grid
	exits []int // ascending; the last always answers
	went  [][]int32
	gain  [][]int32
}

func (g *grid) newBlock(exits []int) *block {
	b := &block{g: g, exits: exits}
	cells := 1
	for depth := range len(exits) - 1 {
		cells *= len(g.thresholds[exits[depth]])
		went, gain := make([]int32, cells), make([]int32, cells)
		b.histogram(depth, went, gain)
		stride := 1
		for d := depth; d >= 0; d-- {
			width := len(g.thresholds[exits[d]])
			accumulate(went, stride, width)
			accumulate(gain, stride, width)
			stride *= width
		}
		b.went, b.gain = append(b.went, went), append(b.gain, gain)
	}
	return b
}

// histogram counts every sample at the lowest levels at which it goes on.
func (b *block) histogram(depth int, went, gain []int32) {
	this, next := b.exits[depth], b.exits[depth+1]
	for i := range b.g.n {
		at := 0
		for _, exit := range b.exits[:depth+1] {
			at = at*len(b.g.thresholds[exit]) + int(b.g.bins[exit][i]) + 1
		}
		went[at]++
		right := b.g.right[i*b.g.exits:]
		gain[at] += int32(right[next]) - int32(right[this])
	}
}

// accumulate makes sums of a table along one of its sides.
func accumulate[N int32 | float64](table []N, stride, width int) {
	for base := 0; base < len(table); base += stride * width {
		for i := base + stride; i < base+stride*width; i++ {
			table[i] += table[i-stride]
		}
	}
}

// walk is one visit of all vectors of a block.
type walk struct {
	*block
	s      *shelf
	levels []uint16
	left   []int // by exit of the grid
}

// visit offers every vector of the block. Exits that are not in it never stop.
func (b *block) visit(s *shelf) {
	w := walk{b, s, b.g.single(b.exits[len(b.exits)-1]), make([]int, b.g.exits-1)}
	right := 0
	for i := range b.g.n {
		right += int(b.g.right[i*b.g.exits+b.exits[0]])
	}
	for k := range min(b.exits[0], len(w.left)) {
		w.left[k] = b.g.n
	}
	w.step(0, 0, right, b.g.cost[b.exits[0]]*float64(b.g.n))
}

// step visits what begins with the levels that are chosen, of which at is the place in the tables above.
func (w *walk) step(depth, at, right int, cost float64) {
	if depth == len(w.went) {
		w.s.offer(w.g.class(w.left), right, cost, w.levels)
		return
	}
	exit, next := w.exits[depth], w.exits[depth+1]
	width := len(w.g.thresholds[exit])
	at *= width
	more := w.g.cost[next] - w.g.cost[exit]
	for l := range width {
		went := int(w.went[depth][at+l])
		w.levels[exit] = uint16(l)
		for k := exit; k < min(next, len(w.left)); k++ {
			w.left[k] = went
		}
		if went == 0 { // what comes behind is of no consequence
			w.end(exit, right+int(w.gain[depth][at+l]), cost)
			continue
		}
		w.step(depth+1, at+l, right+int(w.gain[depth][at+l]), cost+more*float64(went))
	}
}

// end offers the vector that leaves nobody behind an exit.
func (w *walk) end(exit, right int, cost float64) {
	for k := exit + 1; k < len(w.left); k++ {
		w.left[k], w.levels[k] = 0, 0
	}
	w.s.offer(w.g.class(w.left), right, cost, w.levels)
	for k := exit + 1; k < len(w.left); k++ {
		w.levels[k] = w.g.never(k)
	}
}
