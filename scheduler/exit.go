package scheduler

import (
	"math"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// complete makes an observation of a reading: what the profile knows of the exit, and what the next would bring.
func (s *Scheduler) complete(now time.Duration, e *entry, r stages.Reading) {
	k, m := e.ticket, &s.models[e.tenant.Model]
	if k.Exit == 0 || r.Predicted != k.Reading.Predicted {
		e.agreed = 0
	}
	e.agreed++
	k.Exit++
	k.Reading = r
	if k.Audit {
		k.Path = append(k.Path, r)
	}
	figures := m.exits[k.Exit-1]
	response := (now - k.Arrived).Seconds()
	k.Seen = criteria.Observation{
		criteria.ResponseTime: response,
		criteria.Confidence:   r.Confidence,
		criteria.Margin:       r.Margin,
		criteria.Entropy:      r.Entropy,
		criteria.Agreement:    float64(e.agreed),
		criteria.Exit:         float64(k.Exit),
		criteria.Accuracy:     figures.Accuracy,
		criteria.Energy:       figures.Energy,
		criteria.FLOPs:        figures.FLOPs,
		criteria.Battery:      math.NaN(),

		criteria.NextResponseTime: math.NaN(),
		criteria.NextEnergy:       math.NaN(),
		criteria.NextFLOPs:        math.NaN(),
	}
	if k.Exit < len(m.exits) {
		k.Seen[criteria.NextResponseTime] = response + s.expected(&m.segments[k.Exit], 1, s.company(s.eligible+1))
		k.Seen[criteria.NextEnergy] = m.exits[k.Exit].Energy
		k.Seen[criteria.NextFLOPs] = m.exits[k.Exit].FLOPs
	}
}

// decide ends a ticket after an exit or sends it on.
func (s *Scheduler) decide(now time.Duration, e *entry) {
	k, m := e.ticket, &s.models[e.tenant.Model]
	criterion := k.Criterion
	if criterion == nil { // the plan decides, as it is now
		criterion, k.Version = e.tenant.Plan.Criterion, e.tenant.Plan.Version
	}
	switch {
	case k.Exit == len(m.exits):
		s.end(e, tenants.ByLastExit, nil)
	case criterion != nil && criterion.Stop(&k.Seen):
		s.satisfied(e)
	case e.tenant.leaving:
		s.end(e, tenants.ByRemoval, nil)
	case s.late(now, k, &m.segments[k.Exit], s.company(s.eligible+1)):
		s.end(e, tenants.ByDeadline, nil)
	default:
		s.enqueue(now, e)
	}
}
