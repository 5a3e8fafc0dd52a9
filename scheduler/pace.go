package scheduler

import "math"

// Pace is how many times longer segments take than they did warm, when nothing else of the node runs: the least of those that
// have run since it was last asked for, so that more than one segment's inputs explain it. NaN: none has run.
func (s *Scheduler) Pace() float64 {
	least := math.NaN()
	for m := range s.models {
		for i := range s.models[m].segments {
			v := &s.models[m].segments[i].service
			if v.ran && !(v.pace.mean >= least) {
				least = v.pace.mean
			}
			v.ran = false
		}
	}
	return least
}
