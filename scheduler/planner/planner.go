// Package planner finds an operating point for every tenant, for each alone or for all together. It is pure: a situation
// gives always the same plan.
//
// What a tenant wants, what it would take and what that would cost is said by the tenant, as a [Demand]. A plan does not put
// points in force itself: it allows every tenant so much busy time and energy for a request, and the tenant keeps within
// that at once when its point takes more, and takes what is better when it has seen twice that it holds.
//
// The laws of a plan:
//
//   - Alone, a tenant has the best of its options that takes no more than its share: of the slots' time that is planned for,
//     and of the budget. Where none does, it is the one that exceeds the two by the least, as fractions of them, added up.
//   - Together, the bounds of as few tenants as possible are broken, and then the sum of the weighted utilities is as large as
//     possible: a multiple-choice knapsack. Nobody has less than alone, where that fits its share. So cooperation never hurts:
//     what all have alone fits together, but for those whose cheapest option exceeds their share.
//   - If no such plan takes less than there is, all have what they have alone, and requests are shed of those that exceed
//     their share, the last declared first, until the slots and the budget do. Nobody's are shed below its share.
//   - Up to a million combinations a plan is the best there is. Of more, it is the best that was found, and Gap holds it
//     against a bound: the Lagrangian dual, by weak duality never below the best (Sinha and Zoltners, "The Multiple-Choice
//     Knapsack Problem", 1979, for one resource).
//
// A larger budget raises what each has alone, and with it what nobody may be below. So it may lower the sum.
package planner

import "github.com/delen-edge/delen/scheduler"

// Situation is what a plan is made for.
type Situation struct {
	Policy  scheduler.Policy // FirstCome is planned for like Cooperative
	Slots   int
	Budget  float64  // W beyond idle that all tenants together may take; +Inf: as much as they like
	Tenants []Demand // in the order in which they are declared: the last is the first whose requests are shed
}

// Demand is what a tenant would have of a plan.
type Demand struct {
	Tenant  string
	Weight  float64  // more than 0
	Rate    float64  // requests a second that come
	Options []Option // at least one, from the least to the best; one alone: a criterion that was stated
}

// Option is an operating point as a plan sees it.
type Option struct {
	Utility float64 // from 0 to 1, as profile.Option has it: of what keeps the bounds, and of what breaks them apart
	Kept    bool    // it keeps the tenant's own bounds
	Busy    float64 // s that segments run for a request in the mean, on the machine as busy and as hot as it is; NaN: not known, and it is not counted
	Energy  float64 // J beyond idle that a request takes in the mean; NaN: not known, and no budget binds it
}

// Most is the part of the slots' time that is planned for (the design's rho): queues grow without bound where it is 1.
const Most = 0.8

// Plan is what each tenant gets.
type Plan struct {
	Choices []Choice // in the order of Situation.Tenants
	Busy    float64  // slots that are busy, in the mean, for the requests that are let in
	Power   float64  // W beyond idle; NaN where it is not known
	Utility float64  // the sum of the utilities, weighted by shares
	Gap     float64  // how much Utility may be below the best there is, as a fraction of it; 0: it is the best, or full
	Full    bool     // the least that tenants may be given takes more than there is: more than its share, of one that is alone
}

// Choice is what one tenant gets.
type Choice struct {
	Option int     // that is chosen
	Alone  int     // that it would have under NonCooperative: it never has less when Floor is true
	Floor  bool    // Alone takes no more than the tenant's share
	Rate   float64 // requests a second that are let in; less than Demand.Rate when some are shed
}

// Make makes a plan. Every tenant has at least one option.
func Make(s Situation) Plan {
	g := newGuests(&s)
	p := Plan{Choices: make([]Choice, len(g))}
	for i := range g {
		p.Choices[i] = g[i].alone()
		p.Full = p.Full || !p.Choices[i].Floor
	}
	if s.Policy != scheduler.NonCooperative {
		p.share(g)
	}
	if p.Full {
		p.shed(g, s.Policy == scheduler.NonCooperative)
	}
	p.sum(g)
	return p
}

// share finds the choices that are best for all together.
func (p *Plan) share(g []guest) {
	j := newJoint(g, p.Choices)
	best, gap, ok := j.solve()
	if p.Full = !ok; p.Full {
		return
	}
	for i := range best {
		p.Choices[i].Option = best[i]
	}
	p.Gap = gap
}
