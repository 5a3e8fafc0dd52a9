package profile

import "github.com/delen-edge/delen/criteria"

// Allowance bounds what a request may take in the mean, beside the bounds of its tenant's objective. 0: it does not.
type Allowance struct {
	Busy   float64 // s that segments run, as the profile counts it: on an idle machine
	Energy float64 // J
}

// Option is a point that a tenant may be given, and what it is worth to it.
type Option struct {
	Point
	// Utility is 0 at the cheapest point and 1 at the best, measured in the objective's goal.
	Utility float64
	// Kept says that the objective's bounds are kept.
	Kept bool
}

// Options are the points of a policy that may be chosen for an objective under a load, from the one that takes the least
// busy time to the best: no option takes more busy time and energy than another that is worth as much. There is always one.
// What Choose chooses under an allowance is the best option that keeps within it, or the nearest.
func (f *Frontier) Options(p Policy, o *criteria.Objective, l Load) []Option { panic("contract") }
