// Package planner finds an operating point for every tenant, for each alone or for all together. It is pure: a situation
// gives always the same plan.
//
// What a tenant wants, what it would take and what that would cost is said by the tenant, as a [Demand]. A plan does not put
// points in force itself: it allows every tenant so much busy time and energy for a request, and the tenant keeps within
// that at once when its point takes more, and takes what is better when it has seen twice that it holds.
package planner

import (
	"github.com/delen-edge/delen/scheduler"
)

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
	Weight  float64
	Rate    float64  // requests a second that come
	Options []Option // at least one; one alone: a criterion that was stated
}

// Option is an operating point as a plan sees it.
type Option struct {
	Utility float64 // in the tenant's own goal: 0 at its cheapest point, 1 at its best
	Kept    bool    // it keeps the tenant's own bounds
	Busy    float64 // s that segments run for a request in the mean, on the machine as busy and as hot as it is
	Energy  float64 // J that a request takes in the mean; NaN: not known, and no budget binds it
}

// Most is the part of the slots' time that is planned for (the design's rho): queues grow without bound where it is 1.
const Most = 0.8

// Plan is what each tenant gets.
type Plan struct {
	Choices []Choice // in the order of Situation.Tenants
	Busy    float64  // slots that are busy, in the mean, for the requests that are let in
	Power   float64  // W beyond idle; NaN where it is not known
	Gap     float64  // how much the sum of weighted utilities may be below the best there is, as a fraction of it; 0: it is the best
	Full    bool     // the cheapest points of all take more than there is
}

// Choice is what one tenant gets.
type Choice struct {
	Option int     // that is chosen
	Alone  int     // that it would have under NonCooperative: its floor when Floor is true
	Floor  bool    // Alone keeps the tenant's bounds and what it may take by itself
	Rate   float64 // requests a second that are let in; less than Demand.Rate when some are shed
}

// Make makes a plan. Every tenant has at least one option.
func Make(s Situation) Plan { panic("contract") }
