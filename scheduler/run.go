package scheduler

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// ErrRestarted is why a ticket breaks whose stage started anew under it.
var ErrRestarted = errors.New("the stage was restarted while it ran this request")

// dispatch fills the free slots.
func (s *Scheduler) dispatch(now time.Duration) {
	for slot := s.free(); slot >= 0 && s.waiting.len() > 0; slot = s.free() {
		t := s.waiting.first()
		e := t.queue.first()
		service := &s.models[t.model].services[e.ticket.Exit]
		if late(now, e.ticket, service) {
			service.refused()
			s.end(e, outOfTime(e.ticket), nil)
			continue
		}
		s.start(now, e, slot)
	}
}

// free is the first free slot, or -1.
func (s *Scheduler) free() int { return slices.Index(s.slots, nil) }

// late says whether the next segment would likely pass the deadline.
func late(now time.Duration, k *tenants.Ticket, next *service) bool {
	return k.Deadline != tenants.Never && now+next.likely() > k.Deadline
}

// start charges the tenant with what the segment should cost and gives the ticket to a stage.
func (s *Scheduler) start(now time.Duration, e *entry, slot int) {
	t, segment := e.tenant, e.ticket.Exit
	s.dequeue(e)
	s.lastRun++
	r := &run{
		id: s.lastRun, entry: e, ticket: e.ticket, tenant: t, model: t.model, segment: segment, started: now,
		charged: s.models[t.model].services[segment].expected() + s.config.HandOff,
	}
	e.run = r
	s.slots[slot] = r
	s.virtual = max(s.virtual, t.tag)
	s.charge(t, r.charged)
	s.do(Run{Run: r.id, Ticket: r.ticket, Model: r.model, Segment: segment, Slot: slot})
}

// charge moves a tenant's tag by a cost, which is negative when a guess was too high.
func (s *Scheduler) charge(t *tenant, cost time.Duration) {
	t.tag += cost.Seconds() / t.weight
	if t.at >= 0 {
		s.waiting.fix(t.at)
	}
}

// exited takes a run back: the slot is free, the charge is corrected, and a ticket that is still alive goes on or ends.
func (s *Scheduler) exited(now time.Duration, x Exited) {
	slot := slices.IndexFunc(s.slots, func(r *run) bool { return r != nil && r.id == x.Run })
	if slot < 0 {
		return // of a stage that was restarted; its ticket has ended
	}
	r := s.slots[slot]
	s.slots[slot] = nil
	cost := x.Usage.Busy + s.config.HandOff
	s.charge(r.tenant, cost-r.charged)
	if x.Err == nil {
		// Also of a run that comes too late: what passes deadlines is just what must be learnt.
		s.models[r.model].services[r.segment].observe(x.Usage.Busy)
	}
	if r.entry == nil {
		s.do(Release{Ticket: r.ticket, Busy: x.Usage.Busy})
		return
	}
	r.ticket.Busy += x.Usage.Busy
	r.entry.run = nil
	if x.Err != nil {
		s.end(r.entry, tenants.Broken, x.Err)
		return
	}
	if r.ticket.Deadline <= now {
		s.end(r.entry, outOfTime(r.ticket), nil)
		return
	}
	s.complete(now, r.entry, x)
	s.decide(now, r.entry)
}

// complete makes an observation of a reading: what the profile knows of the exit, and what the next would bring.
func (s *Scheduler) complete(now time.Duration, e *entry, x Exited) {
	k, m := e.ticket, &s.models[e.tenant.model]
	if k.Exit == 0 || x.Reading.Predicted != k.Reading.Predicted {
		e.agreed = 0
	}
	e.agreed++
	k.Exit++
	k.Reading = x.Reading
	figures := m.exits[k.Exit-1]
	response := (now - k.Arrived).Seconds()
	k.Seen = criteria.Observation{
		criteria.ResponseTime: response,
		criteria.Confidence:   x.Reading.Confidence,
		criteria.Margin:       x.Reading.Margin,
		criteria.Entropy:      x.Reading.Entropy,
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
		k.Seen[criteria.NextResponseTime] = response + m.services[k.Exit].mean
		k.Seen[criteria.NextEnergy] = m.exits[k.Exit].Energy
		k.Seen[criteria.NextFLOPs] = m.exits[k.Exit].FLOPs
	}
}

// decide ends a ticket after an exit or sends it on.
func (s *Scheduler) decide(now time.Duration, e *entry) {
	k, m := e.ticket, &s.models[e.tenant.model]
	switch {
	case k.Exit == len(m.exits):
		s.end(e, tenants.ByLastExit, nil)
	case k.Criterion.Stop(&k.Seen):
		s.end(e, tenants.ByCriterion, nil)
	case late(now, k, &m.services[k.Exit]):
		m.services[k.Exit].refused()
		s.end(e, tenants.ByDeadline, nil)
	default:
		s.enqueue(e)
	}
}

// restarted takes back, as failed, the run of a stage that has forgotten it. It has used the time that it held the slot.
func (s *Scheduler) restarted(now time.Duration, x Restarted) {
	if r := s.slots[x.Slot]; r != nil && r.model == x.Model && r.segment == x.Segment {
		s.exited(now, Exited{Run: r.id, Usage: stages.Usage{Busy: now - r.started}, Err: ErrRestarted})
	}
}

// terminate asks a run to give up and ends its ticket; the run keeps its slot until it comes back.
func (s *Scheduler) terminate(slot int, r *run) {
	r.terminated = true
	s.do(Terminate{Run: r.id, Model: r.model, Segment: r.segment, Slot: slot})
	if r.entry != nil {
		s.end(r.entry, tenants.Broken, fmt.Errorf("segment %d ran longer than %s and was terminated", r.segment+1, s.config.RunLimit))
	}
}
