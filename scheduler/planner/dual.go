package planner

import "math"

// prices are what a plan pays for the two resources, in value: the multipliers of Lagrange.
type prices struct{ busy, energy float64 }

// dual looks for the prices at which the best items, each tenant's for itself, come to the least, with what all resources cost
// added: no plan that fits is worth more, whatever the prices (weak duality). It remembers the best plan that it meets.
type dual struct {
	*joint
	prices prices
	bound  float64
	best   pick // the best that fits; no items: none has
	now    pick
}

// looks is how often a price is tried at the most.
const looks = 40

func newDual(j *joint) *dual {
	d := &dual{joint: j, bound: math.Inf(1), now: pick{item: make([]int32, len(j.items))}}
	if j.start.fits() {
		d.best = j.start
	}
	descend(func(energy float64) (value, slope float64) {
		return d.priceBusy(energy)
	})
	return d
}

// at is the dual at some prices.
func (d *dual) at(p prices) float64 {
	d.now.value, d.now.busy, d.now.energy = 0, 0, 0
	for i, items := range d.hull {
		best, most := 0, math.Inf(-1)
		for k := range items {
			t := &items[k]
			if v := t.value - p.busy*t.busy - p.energy*t.energy; v > most {
				best, most = k, v
			}
		}
		t := &items[best]
		d.now.item[i] = t.at
		d.now.value, d.now.busy, d.now.energy = d.now.value+t.value, d.now.busy+t.busy, d.now.energy+t.energy
	}
	value := d.now.value + p.busy*(whole-d.now.busy) + p.energy*(whole-d.now.energy)
	if value < d.bound {
		d.bound, d.prices = value, p
	}
	if d.now.fits() && (d.best.item == nil || d.now.value > d.best.value) {
		d.best = pick{append(d.best.item[:0], d.now.item...), d.now.value, d.now.busy, d.now.energy}
	}
	return value
}

// priceBusy finds the price of busy time at a price of energy, and how the least that it leads to changes with that: by what a
// mixture of the plans on both sides leaves of the energy, which takes all busy time.
func (d *dual) priceBusy(energy float64) (value, slope float64) {
	var over, under struct{ slope, rest float64 }
	value = descend(func(busy float64) (value, slope float64) {
		value, slope = d.at(prices{busy, energy}), whole-d.now.busy
		if slope < 0 {
			over.slope, over.rest = slope, whole-d.now.energy
		} else {
			under.slope, under.rest = slope, whole-d.now.energy
		}
		return value, slope
	})
	if over.slope == 0 {
		return value, under.rest
	}
	part := under.slope / (under.slope - over.slope)
	return value, part*over.rest + (1-part)*under.rest
}

// descend finds the least of a convex function that is made of lines, from 0 up: it looks where the lines on both sides of the
// least meet, until they meet on the function.
func descend(f func(at float64) (value, slope float64)) float64 {
	left := 0.0
	v, s := f(left)
	if s >= 0 {
		return v
	}
	right := 1.0
	w, u := f(right)
	for n := 0; u < 0 && n < looks; n++ {
		left, v, s = right, w, u
		right *= 4
		w, u = f(right)
	}
	for n := 0; u > 0 && n < looks; n++ {
		at := (w - v + s*left - u*right) / (s - u)
		meet := v + s*(at-left)
		value, slope := f(at)
		if value <= meet+1e-12*math.Abs(meet) { // what is on both lines is the least
			return value
		}
		if slope < 0 {
			left, v, s = at, value, slope
		} else {
			right, w, u = at, value, slope
		}
	}
	return min(v, w)
}
