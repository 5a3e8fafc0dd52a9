package scheduler

import (
	"math"
	"time"
)

// Pace is how the machine does.
type Pace struct {
	// Least is how many times longer segments take than they did warm, when nothing else of the node runs: the least of those that
	// have run since it was last asked for, so that it is not one segment's inputs. NaN: none has run.
	Least float64
	Busy  float64 // slots that were, in the mean, since it was last asked for
}

// paces is what Pace was last asked for with.
type paces struct {
	at    time.Duration
	crowd float64
}

// Pace says how the machine has done since the last time.
func (s *Scheduler) Pace() Pace {
	p := Pace{Least: math.NaN()}
	for m := range s.models {
		for i := range s.models[m].segments {
			v := &s.models[m].segments[i].service
			if v.ran && !(v.pace.mean >= p.Least) {
				p.Least = v.pace.mean
			}
			v.ran = false
		}
	}
	if s.last > s.paces.at {
		p.Busy = (s.crowd - s.paces.crowd) / (s.last - s.paces.at).Seconds()
	}
	s.paces = paces{s.last, s.crowd}
	return p
}
