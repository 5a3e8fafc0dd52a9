package planner

import "math"

// shed cuts the rates of those that take more than their share to it, and lends them what the others leave, the first declared
// first: so it is the last declared whose requests are shed first. All together then take no more than there is: of the slots'
// time all of it, not just what is planned for, since fair queueing keeps the others' shares free. Strictly, nothing is lent.
func (p *Plan) shed(g []guest, strictly bool) {
	busy, energy := 1.0, 1.0 // that is left
	kept := make([]float64, len(g))
	for i := range g {
		b, e := g[i].takes(&g[i].Options[p.Choices[i].Option])
		kept[i] = fits(g[i].share, g[i].share, Most*b, e)
		p.Choices[i].Rate *= kept[i]
		busy, energy = busy-kept[i]*Most*b, energy-kept[i]*e
	}
	for i := range g {
		if strictly || kept[i] == 1 {
			continue
		}
		b, e := g[i].takes(&g[i].Options[p.Choices[i].Option])
		b, e = (1-kept[i])*Most*b, (1-kept[i])*e
		lent := fits(max(0, busy), max(0, energy), b, e)
		busy, energy = busy-lent*b, energy-lent*e
		p.Choices[i].Rate = least(g[i].Rate) * (kept[i] + lent*(1-kept[i]))
		if lent == 1 {
			p.Choices[i].Rate = g[i].Rate
		}
	}
}

// fits is the part of what is taken that there is room for.
func fits(busy, energy, b, e float64) float64 {
	part := 1.0
	if b > busy {
		part = busy / b
	}
	if e > energy {
		part = min(part, energy/e)
	}
	return part
}

// sum adds up what the choices take and bring.
func (p *Plan) sum(g []guest) {
	for i := range g {
		c := &p.Choices[i]
		o := &g[i].Options[c.Option]
		p.Utility += g[i].share * o.Utility
		p.Busy += least(c.Rate) * least(o.Busy)
		if c.Rate > 0 && math.IsNaN(o.Energy) {
			p.Power = o.Energy
		}
		p.Power += least(c.Rate) * least(o.Energy)
	}
}
