package planner

import "math"

// guest is a tenant as a plan is made for it. What it takes is counted as fractions of all that is planned for.
type guest struct {
	*Demand
	share float64
	rate  float64
	slots float64 // of all
	watts float64 // of all
}

func newGuests(s *Situation) []guest {
	total := 0.0
	for i := range s.Tenants {
		total += s.Tenants[i].Weight
	}
	g := make([]guest, len(s.Tenants))
	for i := range g {
		d := &s.Tenants[i]
		g[i] = guest{d, d.Weight / total, least(d.Rate), Most * float64(s.Slots), s.Budget}
	}
	return g
}

// mostTaken is more than any machine has, and can be added up.
const mostTaken = 1e200

// least is a figure that can be counted with: 0 where it is not known.
func least(f float64) float64 {
	if f > 0 {
		return min(f, mostTaken)
	}
	return 0
}

// takes is what the requests of an option take, as fractions of the slots' time that is planned for and of the budget.
func (g *guest) takes(o int) (busy, energy float64) {
	return part(g.rate*least(g.Options[o].Busy), g.slots), part(g.rate*least(g.Options[o].Energy), g.watts)
}

func part(of, all float64) float64 {
	switch {
	case of == 0 || math.IsInf(all, 1):
		return 0
	case all > 0:
		return min(of/all, mostTaken)
	}
	return mostTaken
}

// above orders options by what they are worth: 1 when one is worth more than another.
func above(a, b *Option) int {
	switch {
	case a.Kept != b.Kept && a.Kept, a.Kept == b.Kept && a.Utility > b.Utility:
		return 1
	case a.Kept != b.Kept, a.Utility < b.Utility:
		return -1
	}
	return 0
}

// alone is what a tenant has by itself: the last of its best options that take no more than its share, or the nearest.
func (g *guest) alone() Choice {
	best, over := 0, math.Inf(1)
	for o := range g.Options {
		busy, energy := g.takes(o)
		by := max(0, busy-g.share) + max(0, energy-g.share)
		if by < over || by == over && above(&g.Options[o], &g.Options[best]) >= 0 {
			best, over = o, by
		}
	}
	return Choice{Option: best, Alone: best, Floor: over == 0, Rate: g.Rate}
}
