package planner

import "math"

// guest is a tenant as a plan is made for it. What it takes is counted as fractions of all that is planned for.
type guest struct {
	*Demand
	share float64
	slots float64 // of the slots' time that is planned for, what its requests take of each s that one is busy
	watts float64 // of the budget, of each J
}

// weights are those of all tenants together.
func (s *Situation) weights() (sum float64) {
	for i := range s.Tenants {
		sum += s.Tenants[i].Weight
	}
	return sum
}

func newGuests(s *Situation) []guest {
	total := s.weights()
	g := make([]guest, len(s.Tenants))
	for i := range g {
		d := &s.Tenants[i]
		rate := least(d.Rate)
		g[i] = guest{d, d.Weight / total, part(rate, Most*float64(s.Slots)), part(rate, s.Budget)}
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

// part is a fraction of all that there is; nothing of what has no end.
func part(of, all float64) float64 {
	if !(all > 0) && of > 0 {
		return mostTaken
	}
	return least(of / all)
}

// takes is what the requests of an option take, as fractions of the slots' time that is planned for and of the budget.
func (g *guest) takes(o *Option) (busy, energy float64) {
	return min(g.slots*least(o.Busy), mostTaken), min(g.watts*least(o.Energy), mostTaken)
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
		busy, energy := g.takes(&g.Options[o])
		by := max(0, busy-g.share) + max(0, energy-g.share)
		if by < over || by == over && above(&g.Options[o], &g.Options[best]) >= 0 {
			best, over = o, by
		}
	}
	return Choice{Option: best, Alone: best, Floor: over == 0, Rate: g.Rate}
}
