package scheduler

import (
	"math"
	"slices"
)

// A tenant is awake while it has a ticket queued or running. With several slots, one that has few tickets at a time cannot
// use its share: a serial one has one slot at most. Its share is capped at what it can use, and the others have what is
// left by weight (water-filling), or its tag would fall behind theirs without bound, and when it asked for more it would
// have the machine for itself until they had caught up.
//
// So a tag moves by charge per effective weight, min(w, p*level): p is the number of tickets that the tenant can run at
// once, and level is the weight per slot among those that are not capped. A tenant is capped when its weight for each
// ticket, w/p, is above the level. Fewer than there are slots can be: each has a slot of its own, and one is left.
//
// When others wake or sleep the level is another one, and with it the effective weights of those that are capped. What they
// owe, or are owed, stays as many seconds of the machine.

// grains is a weight as a whole number, so that a sum of weights is exact however often tenants come and go.
func grains(weight float64) int64 { return int64(math.Round(weight * (1 << 24))) }

func weightOf(grains int64) float64 { return float64(grains) / (1 << 24) }

// heavier puts those first that are capped first.
func heavier(a, b *tenant) bool {
	if x, y := a.Weight*float64(b.parallel), b.Weight*float64(a.parallel); x != y {
		return x > y
	}
	return a.index < b.index
}

// settle notes how many tickets a tenant can run at once, when one has been queued or has left.
func (s *Scheduler) settle(t *tenant) {
	p, before := min(t.queue.Len()+t.runs, len(s.slots)), t.parallel
	if p == before {
		return
	}
	s.settled = false
	switch {
	case p == 0:
		s.awake.Remove(t.up)
		s.weights -= grains(t.Weight)
		t.parallel = 0
	case before == 0:
		t.parallel = p
		s.weights += grains(t.Weight)
		s.awake.Push(t)
	default:
		t.parallel = p
		s.awake.Fix(t.up)
	}
}

// reweighed notes that a tenant has another weight.
func (s *Scheduler) reweighed(t *tenant) {
	if t.up >= 0 {
		s.settled = false
		s.awake.Fix(t.up)
	}
}

// weight is the effective weight of a tenant.
func (s *Scheduler) weight(t *tenant) float64 {
	s.fill()
	return t.per
}

// fill finds the level again when it is not right any more.
func (s *Scheduler) fill() {
	if s.settled {
		return
	}
	s.settled = true
	before := len(s.capped)
	s.level = s.fillLevel()
	for _, t := range s.capped { // nobody else has another effective weight
		s.rescale(t)
	}
	s.capped = slices.Delete(s.capped, 0, before)
}

// rescale gives a tenant its effective weight.
func (s *Scheduler) rescale(t *tenant) {
	per := t.Weight
	if t.up >= 0 {
		per = min(per, float64(t.parallel)*s.level)
	}
	if per != t.per {
		old := t.per
		t.per = per
		s.move(t, s.virtual+(t.tag-s.virtual)*old/per)
	}
}

// fillLevel finds the level: it takes those out that are capped, the heaviest first, which it finds from the root of the
// heap down, and adds them to capped.
func (s *Scheduler) fillLevel() float64 {
	slots, weight, level := max(1, s.usable()), s.weights, math.Inf(1)
	edge := s.edge[:0]
	if s.awake.Len() > 0 {
		edge = append(edge, 0)
	}
	for len(edge) > 0 {
		first := 0
		for i := range edge {
			if heavier(s.awake.At(edge[i]), s.awake.At(edge[first])) {
				first = i
			}
		}
		at := edge[first]
		t := s.awake.At(at)
		level = weightOf(weight) / float64(slots)
		if t.parallel >= slots || t.Weight <= float64(t.parallel)*level {
			break
		}
		s.capped = append(s.capped, t)
		slots -= t.parallel
		weight -= grains(t.Weight)
		level = t.Weight / float64(t.parallel) // when nobody is left, there is a slot for every ticket, and the last one's weight counts
		edge[first] = edge[len(edge)-1]
		edge = edge[:len(edge)-1]
		for child := 2*at + 1; child <= 2*at+2 && child < s.awake.Len(); child++ {
			edge = append(edge, child)
		}
	}
	s.edge = edge
	return level
}

// usable is how many slots have neither lost their run nor a stage that is being rebuilt.
func (s *Scheduler) usable() (n int) {
	for i := range s.slots {
		if p := &s.slots[i]; p.lost == nil && len(p.down) == 0 {
			n++
		}
	}
	return n
}
