package planner

import (
	"cmp"
	"math"
	"slices"
)

// item is an option as the knapsack sees it.
type item struct {
	value        float64 // weighted by the share; less broken when it breaks bounds
	busy, energy float64 // fractions of what is planned for
	option       int32
	at           int32 // its place among the tenant's items
}

// broken is what an option loses that breaks bounds: more than utilities, weighted by shares that add up to 1, can make up for.
const broken = 2

// whole is all that is planned for of a resource, with room for the rounding of sums.
const whole = 1 + 1e-9

// joint is the knapsack of all tenants: one item of each, all together no larger than the whole of both resources.
type joint struct {
	items [][]item // by tenant, ascending in value: none takes as much as a later one
	hull  [][]item // those of them that some prices of the two resources may make the best
	start pick     // about what all have alone
}

// pick is an item of each tenant, and what they come to.
type pick struct {
	item                []int32 // by tenant
	value, busy, energy float64
}

func (p *pick) fits() bool { return p.busy <= whole && p.energy <= whole }

// newJoint leaves out what is worth less than what a tenant has alone, where that fits its share, and what takes more than there is.
func newJoint(g []guest, alone []Choice) *joint {
	j := &joint{items: make([][]item, len(g)), hull: make([][]item, len(g))}
	var all, some []item // scratch
	for i := range g {
		all = all[:0]
		for o := range g[i].Options {
			if alone[i].Floor && above(&g[i].Options[o], &g[i].Options[alone[i].Alone]) < 0 {
				continue
			}
			if t := g[i].item(o); t.busy <= whole && t.energy <= whole {
				all = append(all, t)
			}
		}
		j.items[i] = slices.Clone(undominated(all))
		for k := range j.items[i] {
			j.items[i][k].at = int32(k)
		}
		some = hull(some[:0], j.items[i])
		j.hull[i] = slices.Clone(some)
		j.begin(i, &g[i], alone[i])
	}
	return j
}

// begin takes a tenant's best item that takes no more than what it has alone, or the one that takes the least where that does not
// fit its share.
func (j *joint) begin(i int, g *guest, alone Choice) {
	busy, energy := g.takes(&g.Options[alone.Alone])
	best, least := 0, math.Inf(1)
	for k, t := range j.items[i] {
		by := t.busy + t.energy
		if alone.Floor {
			by = max(0, t.busy-busy) + max(0, t.energy-energy)
		}
		if by <= least {
			best, least = k, by
		}
	}
	if len(j.items[i]) > 0 {
		j.start.add(best, &j.items[i][best])
	}
}

func (p *pick) add(k int, t *item) {
	p.item = append(p.item, int32(k))
	p.value, p.busy, p.energy = p.value+t.value, p.busy+t.busy, p.energy+t.energy
}

func (g *guest) item(o int) item {
	t := item{value: g.share * least(g.Options[o].Utility), option: int32(o)}
	if !g.Options[o].Kept {
		t.value -= broken
	}
	t.busy, t.energy = g.takes(&g.Options[o])
	return t
}

// undominated keeps the items, ascending in value, of which none takes as much as a later one, or more. Of equals it is the last option.
func undominated(all []item) []item {
	ascending := func(a, b item) int { return cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.option, b.option)) }
	if !slices.IsSortedFunc(all, ascending) { // they mostly come so
		slices.SortFunc(all, ascending)
	}
	kept := len(all)
	var front []item // of those that are worth more, none takes less than one of these
	for i := len(all) - 1; i >= 0; i-- {
		t := all[i]
		if slices.ContainsFunc(front, func(f item) bool { return f.busy <= t.busy && f.energy <= t.energy }) {
			continue
		}
		front = slices.DeleteFunc(front, func(f item) bool { return t.busy <= f.busy && t.energy <= f.energy })
		front = append(front, t)
		kept--
		all[kept] = t
	}
	return all[kept:]
}

// hull appends the items that are above every line between two others, in one of the resources at least.
func hull(to []item, all []item) []item {
	for _, t := range all {
		for len(to) >= 2 && below(&to[len(to)-2], &to[len(to)-1], &t) {
			to = to[:len(to)-1]
		}
		to = append(to, t)
	}
	return to
}

// below reports whether b takes no less than a mixture of a and c that is worth as much.
func below(a, b, c *item) bool {
	part := (b.value - a.value) / (c.value - a.value)
	return b.busy >= a.busy+part*(c.busy-a.busy) && b.energy >= a.energy+part*(c.energy-a.energy)
}
