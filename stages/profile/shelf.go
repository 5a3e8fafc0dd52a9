package profile

import (
	"math"
	"slices"
)

// shelf keeps the cheapest vector that was found for every class and number of right answers: what a staircase of accuracy
// against cost is cut from.
type shelf struct {
	g      *grid
	cost   []float64 // class*(n+1) + right; +Inf: none
	levels []uint16  // the same, times the exits but the last
}

func newShelf(g *grid) *shelf {
	classes := g.classes
	if len(g.limits) > 0 {
		classes *= 2
	}
	s := &shelf{g: g, cost: make([]float64, classes*(g.n+1))}
	s.levels = make([]uint16, len(s.cost)*(g.exits-1))
	for i := range s.cost {
		s.cost[i] = math.Inf(1)
	}
	return s
}

// offer takes a vector unless there is one that is as good. What comes behind an exit where all stop is of no consequence: it
// stops too, so that equal points have equal thresholds.
func (s *shelf) offer(class, right int, cost float64, levels []uint16) {
	at := class*(s.g.n+1) + right
	if cost >= s.cost[at]-1e-12*math.Abs(cost) {
		return
	}
	s.cost[at] = cost
	v := s.at(at)
	copy(v, levels)
	if i := slices.Index(v, 0); i >= 0 {
		clear(v[i:])
	}
}

func (s *shelf) at(i int) []uint16 {
	d := s.g.exits - 1
	return s.levels[i*d : (i+1)*d]
}

// copyTo offers what the shelf holds to one of a finer grid.
func (s *shelf) copyTo(fine *shelf) {
	levels := make([]uint16, s.g.exits-1)
	for at, cost := range s.cost {
		if math.IsInf(cost, 1) {
			continue
		}
		for k, l := range s.at(at) {
			same, _ := slices.BinarySearch(fine.g.thresholds[k], s.g.thresholds[k][l])
			levels[k] = uint16(same)
		}
		fine.offer(at/(s.g.n+1), s.right(at), cost, levels)
	}
}

func (s *shelf) right(i int) int { return i % (s.g.n + 1) }

// staircase lists the vectors of up to a class, of those that keep the limits or of all, that no other of them dominates:
// from the most right answers to the fewest, from the dearest to the cheapest.
func (s *shelf) staircase(most int, keep bool) []int {
	var stairs []int
	cheapest := math.Inf(1)
	for right := s.g.n; right >= 0; right-- {
		best := -1
		for first := 0; first < len(s.cost)/(s.g.n+1); first += s.g.classes {
			for class := first; class <= first+most; class++ {
				if at := class*(s.g.n+1) + right; s.cost[at] < cheapest {
					best, cheapest = at, s.cost[at]
				}
			}
			if keep {
				break
			}
		}
		if best >= 0 {
			stairs = append(stairs, best)
		}
	}
	return stairs
}

// needed is the vectors that some staircase needs: of all vectors, and of those whose 95th percentile is no later than a
// rung; the same again of those that keep the limits. The first gets as many points as it may, the others share as many.
func (s *shelf) needed(most int) []int {
	all := s.thin(s.staircase(s.g.classes-1, false), most)
	var others [][]int
	for class := s.g.classes - 1; class >= 0; class-- {
		if class < s.g.classes-1 {
			others = append(others, s.staircase(class, false))
		}
		if len(s.g.limits) > 0 {
			others = append(others, s.staircase(class, true))
		}
	}
	for _, stairs := range others {
		all = append(all, s.thin(slices.DeleteFunc(stairs, func(i int) bool { return slices.Contains(all, i) }), most/len(others))...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// thin keeps at most some of the stairs: both ends, single exits, and others at equal steps of the way from end to end, on
// which accuracy and the logarithm of the cost count alike. So no gap is wide in either.
func (s *shelf) thin(stairs []int, most int) []int {
	if len(stairs) <= most {
		return stairs
	}
	way := make([]float64, len(stairs)) // up to each
	first, last := stairs[0], stairs[len(stairs)-1]
	rights := float64(s.right(first) - s.right(last))
	costs := math.Log(s.cost[first] / s.cost[last])
	for i := 1; i < len(stairs); i++ {
		here, before := stairs[i], stairs[i-1]
		way[i] = way[i-1] + float64(s.right(before)-s.right(here))/rights
		if step := math.Log(s.cost[before]/s.cost[here]) / costs; step > 0 && step <= 1 { // not of costs of 0
			way[i] += step
		}
	}
	room := max(2, most-s.g.exits)
	step := way[len(way)-1] / float64(room-1)
	kept, next := stairs[:0:0], 0.0
	for i, at := range stairs {
		if way[i] >= next || i == len(stairs)-1 || s.g.isSingle(s.at(at)) {
			kept = append(kept, at)
			next = max(next, (math.Floor(way[i]/step)+1)*step)
		}
	}
	return kept
}
