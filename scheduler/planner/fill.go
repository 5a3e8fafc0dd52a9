package planner

import (
	"cmp"
	"slices"
)

// rounds is how often what is left is given out at the most.
const rounds = 16

// fill gives out what the best plan of a dual leaves of the resources: in each round every tenant gets the best item that there is
// still room for, and the tenant that gains most comes first.
func (d *dual) fill() {
	p := &d.best
	type gain struct {
		tenant int
		value  float64
	}
	for range rounds {
		var all []gain
		for i := range d.items {
			if k := d.step(p, i); k != p.item[i] {
				all = append(all, gain{i, d.items[i][k].value - d.items[i][p.item[i]].value})
			}
		}
		if len(all) == 0 {
			return
		}
		slices.SortStableFunc(all, func(a, b gain) int { return cmp.Compare(b.value, a.value) })
		for _, g := range all {
			p.change(d.items[g.tenant], g.tenant, d.step(p, g.tenant))
		}
	}
}

// step is the most valuable item of a tenant that there is room for in the place of the one it has: that one, or a later one.
func (j *joint) step(p *pick, tenant int) int32 {
	items := j.items[tenant]
	has := &items[p.item[tenant]]
	for k := len(items) - 1; k > int(has.at); k-- {
		if t := &items[k]; p.busy-has.busy+t.busy <= whole && p.energy-has.energy+t.energy <= whole {
			return int32(k)
		}
	}
	return has.at
}

// change gives a tenant another item.
func (p *pick) change(items []item, tenant int, to int32) {
	old, t := &items[p.item[tenant]], &items[to]
	p.item[tenant] = to
	p.value, p.busy, p.energy = p.value+t.value-old.value, p.busy+t.busy-old.busy, p.energy+t.energy-old.energy
}
