package profile

import (
	"math"
	wide "math/bits"

	"github.com/delen-edge/delen/criteria"
)

// bits is a set of samples.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

func (b bits) add(i int) { b[i/64] |= 1 << (i % 64) }

func (b bits) has(i int) bool { return b[i/64]>>(i%64)&1 == 1 }

func (b bits) count() int {
	n := 0
	for _, w := range b {
		n += wide.OnesCount64(w)
	}
	return n
}

// counter counts what vectors of thresholds lead to, on every part of the samples at once: 64 samples a step.
type counter struct {
	e     *Evidence
	parts [parts]bits
	sizes [parts]int
	right []bits             // by exit
	stop  []map[float64]bits // by exit but the last, by threshold

	// shown are the samples that costs are predicted from, and size is how many they are: all but those that promises are
	// checked on, which may not have a say in what is checked, nor in which order.
	shown bits
	size  int
}

// tally is what one vector leads to.
type tally struct {
	right [parts]int // answers that are right
	shot  []int      // of the samples shown, how many stop at each exit
}

func (e *Evidence) newCounter(off bool) *counter {
	c := &counter{e: e}
	for p := range c.parts {
		c.parts[p], c.sizes[p] = e.in(p, off)
	}
	c.shown = newBits(e.samples)
	for w := range c.shown {
		c.shown[w] = c.parts[search][w] | c.parts[report][w]
	}
	c.size = c.shown.count()
	for k := range e.exits {
		set := newBits(e.samples)
		for i, right := range e.right[k] {
			if right {
				set.add(i)
			}
		}
		c.right = append(c.right, set)
		c.stop = append(c.stop, make(map[float64]bits))
	}
	return c
}

// stops is the samples whose confidence at an exit is at least the threshold.
func (c *counter) stops(exit int, threshold float64) bits {
	if set, ok := c.stop[exit][threshold]; ok {
		return set
	}
	set := newBits(c.e.samples)
	for i, confidence := range c.e.confidence[exit] {
		if confidence >= threshold {
			set.add(i)
		}
	}
	c.stop[exit][threshold] = set
	return set
}

// count follows all samples through the thresholds.
func (c *counter) count(thresholds []float64) tally {
	t := tally{shot: make([]int, c.e.exits)}
	alive := newBits(c.e.samples)
	for i := range c.e.samples {
		alive.add(i)
	}
	for k := range c.e.exits {
		threshold := 0.0 // the last always answers
		if k < len(thresholds) {
			threshold = thresholds[k]
		}
		t.leave(c, k, alive, c.stops(k, threshold))
	}
	return t
}

// oracle follows all samples to the first exit that is right about them.
func (c *counter) oracle() tally {
	t := tally{shot: make([]int, c.e.exits)}
	alive := newBits(c.e.samples)
	for i := range c.e.samples {
		alive.add(i)
	}
	for k := range c.e.exits - 1 {
		t.leave(c, k, alive, c.right[k])
	}
	t.leave(c, c.e.exits-1, alive, c.stops(c.e.exits-1, 0))
	return t
}

// leave counts those that are alive and stop at an exit, and takes them out.
func (t *tally) leave(c *counter, exit int, alive, stop bits) {
	right := c.right[exit]
	for w := range alive {
		out := alive[w] & stop[w]
		if out == 0 {
			continue
		}
		alive[w] &^= out
		t.shot[exit] += wide.OnesCount64(out & c.shown[w])
		for p := range parts {
			t.right[p] += wide.OnesCount64(out & right[w] & c.parts[p][w])
		}
	}
}

// point is what the thresholds are predicted to bring.
func (c *counter) point(thresholds []float64, t tally, confidence float64, off bool) Point {
	// The search has seen neither of the other two parts, and both together err the least.
	p := Point{Thresholds: thresholds, Accuracy: fraction(t.right[calibration]+t.right[report], c.sizes[calibration]+c.sizes[report])}
	p.AccuracyLow = p.Accuracy
	if !off {
		p.AccuracyLow = lowest(t.right[calibration], c.sizes[calibration], confidence)
		p.Accuracy = max(p.Accuracy, p.AccuracyLow) // chance may set two parts so far apart
	}
	for _, n := range t.shot {
		p.ExitShare = append(p.ExitShare, fraction(n, c.size))
	}
	p.ResponseP95 = math.NaN()
	if c.e.p95 != nil {
		p.ResponseP95 = mixture{p.ExitShare, c.e.cost[criteria.ResponseTime], c.e.p95}.quantile(0.95)
	}
	c.e.mean(&p)
	return p
}

func fraction(part, of int) float64 { return float64(part) / float64(of) }
