package planner

import (
	"cmp"
	"math"
	"slices"
)

const (
	exact = 1_000_000 // combinations up to which a plan is the best there is
	steps = 100_000   // of a search among more
)

// solve finds an option for each tenant, and by how much the sum of utilities may be below the best, as a fraction of it. It
// reports false when none fits, or when of more than exact combinations none was found that does.
func (j *joint) solve() (options []int, gap float64, ok bool) {
	if !j.possible() {
		return nil, 0, false
	}
	d := newDual(j)
	if d.best.item != nil {
		d.fill()
	}
	s := newSearch(d)
	s.from(0, 0, 0, 0, 0)
	if s.best == nil {
		return nil, 0, false
	}
	options = make([]int, len(s.best))
	bound, value := d.bound, 0.0
	for i, k := range s.best {
		t := &j.items[i][k]
		options[i] = int(t.option)
		value += t.value
		if t.value < 0 {
			bound, value = bound+broken, value+broken
		}
	}
	bound = min(bound, 1) // what all have at their best: the dual may have put some of a tenant's bounds right
	if s.left <= 0 && bound > value {
		gap = bound/value - 1 // +Inf of nothing
	}
	return options, gap, true
}

// possible reports false when some tenant has no item, or when the least of one resource that all may take is more than there is.
func (j *joint) possible() bool {
	busy, energy := 0.0, 0.0
	for _, items := range j.items {
		if len(items) == 0 {
			return false
		}
		busy += slices.MinFunc(items, func(a, b item) int { return cmp.Compare(a.busy, b.busy) }).busy
		energy += slices.MinFunc(items, func(a, b item) int { return cmp.Compare(a.energy, b.energy) }).energy
	}
	return busy <= whole && energy <= whole
}

// search is a branch and bound, a tenant a level. What is still to be chosen is worth no more than the best items are at the dual's
// prices: that bounds the rest, and orders a tenant's items, so that the first that cannot be in a better plan is the last to be
// looked at.
type search struct {
	levels []level
	rest   []rest  // of the tenants from a level on
	best   []int32 // item by tenant; nil: none has been found
	value  float64 // of the best
	now    []int32 // item by tenant
	left   int     // steps; none: it was ended
}

// level is a tenant with its items, from the one that is worth most when the prices are paid.
type level struct {
	tenant int
	items  []item
	worth  []float64
}

// rest is what the tenants from a level on are worth at the most, with what is left of the resources, and take at the least.
type rest struct{ worth, busy, energy float64 }

// newSearch keeps of each tenant the items that may be in a plan that is better than the best so far.
func newSearch(d *dual) *search {
	s := &search{value: math.Inf(-1), left: steps, best: d.best.item, now: make([]int32, len(d.items))}
	if s.best != nil {
		s.value = d.best.value
	}
	combinations := 1.0
	for i, items := range d.items {
		combinations *= float64(len(items))
		s.levels = append(s.levels, d.level(i, max(0, d.bound-s.value)))
	}
	if combinations <= exact {
		s.left = math.MaxInt
	}
	slices.SortStableFunc(s.levels, func(a, b level) int { return cmp.Compare(a.lead(), b.lead()) })
	s.rest = make([]rest, len(s.levels)+1)
	s.rest[len(s.levels)].worth = whole * (d.prices.busy + d.prices.energy)
	for i := len(s.levels) - 1; i >= 0; i-- {
		s.rest[i] = s.levels[i].before(s.rest[i+1])
	}
	return s
}

// level has a tenant's items that are worth no less than the best when the prices are paid, but for a slack.
func (d *dual) level(tenant int, slack float64) level {
	worth := func(t *item) float64 { return t.value - d.prices.busy*t.busy - d.prices.energy*t.energy }
	most := math.Inf(-1)
	for k := range d.items[tenant] {
		most = max(most, worth(&d.items[tenant][k]))
	}
	l := level{tenant: tenant}
	for k := range d.items[tenant] {
		if t := &d.items[tenant][k]; worth(t) >= most-slack {
			l.items = append(l.items, *t)
		}
	}
	slices.SortStableFunc(l.items, func(a, b item) int { return cmp.Compare(worth(&b), worth(&a)) })
	for k := range l.items {
		l.worth = append(l.worth, worth(&l.items[k]))
	}
	return l
}

// lead is by how much the best item is worth more than the second: little where there is much to decide.
func (l *level) lead() float64 {
	if len(l.items) < 2 {
		return math.Inf(1)
	}
	return l.worth[0] - l.worth[1]
}

// before adds a level to those after it.
func (l *level) before(r rest) rest {
	busy, energy := math.Inf(1), math.Inf(1)
	for _, t := range l.items {
		busy, energy = min(busy, t.busy), min(energy, t.energy)
	}
	return rest{l.worth[0] + r.worth, busy + r.busy, energy + r.energy}
}

// from looks at all that may be chosen from a level on, when what has been chosen is worth so much at the prices, is of so much value
// and takes so much.
func (s *search) from(at int, worth, value, busy, energy float64) {
	if at == len(s.levels) {
		if value > s.value {
			s.best, s.value = slices.Clone(s.now), value
		}
		return
	}
	l, r := &s.levels[at], &s.rest[at+1]
	for k := range l.items {
		t, w := &l.items[k], worth+l.worth[k]
		if s.left <= 0 || w+r.worth <= s.value {
			return
		}
		s.left--
		if busy+t.busy+r.busy > whole || energy+t.energy+r.energy > whole {
			continue
		}
		s.now[l.tenant] = t.at
		s.from(at+1, w, value+t.value, busy+t.busy, energy+t.energy)
	}
}
