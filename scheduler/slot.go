package scheduler

import (
	"fmt"
	"slices"
	"time"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// slot is room for one segment to execute. It is free when nothing runs in it and no stage of it is being rebuilt.
type slot struct {
	run  run
	rows []*tenants.Ticket // of the run
	down []stage           // that have crashed and have not recovered
	lost *Lost             // its run does not come back although it was asked to; nil once the slot can be used again
	from time.Duration     // when that run began
}

type stage struct{ model, segment int }

// run is a segment in execution, if it has an id. Its entry is nil once the ticket has ended: it is stale and only holds
// the slot.
type run struct {
	id         uint64
	entry      *entry
	ticket     *tenants.Ticket
	tenant     *tenant
	stage      stage
	started    time.Duration
	charged    time.Duration // guessed at the start
	due        time.Duration // when it has taken too long; Never when there is nothing to be done about it
	terminated bool
}

func (p slot) busy() bool { return p.run.id != 0 }

// free is the first free slot, or -1.
func (s *Scheduler) free() int {
	for i := range s.slots {
		if s.slots[i].run.id == 0 && len(s.slots[i].down) == 0 {
			return i
		}
	}
	return -1
}

// dispatch fills the free slots.
func (s *Scheduler) dispatch(now time.Duration) {
	for slot := s.free(); slot >= 0 && s.waiting.len() > 0; slot = s.free() {
		t := s.waiting.first()
		e := t.queue.first()
		service := &s.models[t.Model].services[e.ticket.Exit]
		if late(now, e.ticket, service) {
			service.refused()
			s.end(e, outOfTime(e.ticket), nil)
			continue
		}
		s.start(now, e, slot)
	}
}

// late says whether the next segment would likely pass the deadline.
func late(now time.Duration, k *tenants.Ticket, next *service) bool {
	return k.Deadline != tenants.Never && now+next.likely() > k.Deadline
}

// start charges the tenant with what the segment should cost and gives the ticket to a stage.
func (s *Scheduler) start(now time.Duration, e *entry, slot int) {
	t, next := e.tenant, stage{e.tenant.Model, e.ticket.Exit}
	s.dequeue(e)
	s.lastRun++
	r := &s.slots[slot].run
	*r = run{
		id: s.lastRun, entry: e, ticket: e.ticket, tenant: t, stage: next, started: now, due: tenants.Never,
		charged: s.models[next.model].services[next.segment].expected() + s.config.HandOff,
	}
	if s.config.RunLimit > 0 {
		r.due = now + s.config.RunLimit
	}
	e.run = r
	t.runs++
	s.virtual = max(s.virtual, t.tag)
	s.charge(t, r.charged)
	p := &s.slots[slot]
	p.rows = append(p.rows[:0], r.ticket)
	s.out.add(s.out.runs.put(Run{Run: r.id, Tickets: p.rows, Model: next.model, Segment: next.segment, Slot: slot}))
}

// exited takes a run back that its stage has finished.
func (s *Scheduler) exited(now time.Duration, x Exited) {
	for i := range s.slots {
		if s.slots[i].busy() && s.slots[i].run.id == x.Run {
			s.finish(now, i, x)
			s.returned(now, i)
			return
		}
	}
	// Of a stage that has crashed since: the ticket has ended.
}

// finish empties a slot and corrects the charge; a ticket that is still alive goes on or ends.
func (s *Scheduler) finish(now time.Duration, slot int, x Exited) {
	r := s.slots[slot].run
	s.slots[slot].run = run{}
	r.tenant.runs--
	s.charge(r.tenant, x.Usage.Busy+s.config.HandOff-r.charged)
	if x.Err == nil {
		// Also of a run that comes too late: what passes deadlines is just what must be learnt.
		s.models[r.stage.model].services[r.stage.segment].observe(x.Usage.Busy)
	}
	if r.entry == nil {
		s.out.add(s.out.releases.put(Release{Ticket: r.ticket, Busy: x.Usage.Busy}))
		return
	}
	r.ticket.Busy += x.Usage.Busy
	r.entry.run = nil
	if err := x.Err; err != nil {
		s.end(r.entry, tenants.Broken, err)
		return
	}
	if err := x.Rows[0].Err; err != nil {
		s.end(r.entry, tenants.Broken, err)
		return
	}
	if r.ticket.Deadline <= now {
		s.end(r.entry, outOfTime(r.ticket), nil)
		return
	}
	s.complete(now, r.entry, x.Rows[0].Reading)
	s.decide(now, r.entry)
}

// crashed takes back, as failed, the run of a stage that has failed with it, and keeps the slot. The run has used the time
// until now; what it takes to rebuild the stage is charged to nobody.
func (s *Scheduler) crashed(now time.Duration, x Crashed) {
	p, failed := &s.slots[x.Slot], stage{x.Model, x.Segment}
	if p.busy() && p.run.stage == failed {
		s.finish(now, x.Slot, Exited{Usage: stages.Usage{Busy: now - p.run.started}, Err: x.Err})
	}
	if !slices.Contains(p.down, failed) {
		p.down = append(p.down, failed)
	}
}

// recovered lets a slot be used again once every stage that crashed in it is back.
func (s *Scheduler) recovered(now time.Duration, x Recovered) {
	p := &s.slots[x.Slot]
	if i := slices.Index(p.down, stage{x.Model, x.Segment}); i >= 0 {
		p.down = slices.Delete(p.down, i, i+1)
		s.returned(now, x.Slot)
	}
}

// overdue asks a run to give up and ends its ticket. A run that has been asked in vain has lost its slot.
func (s *Scheduler) overdue(now time.Duration, slot int) {
	p := &s.slots[slot]
	r := &p.run
	if r.terminated {
		r.due = tenants.Never
		p.lost, p.from = &Lost{Run: r.id, Tenant: r.tenant.index, Model: r.stage.model, Segment: r.stage.segment, Slot: slot}, r.started
		s.out.add(p.lost)
		return
	}
	r.due = now + s.config.RunLimit
	r.terminated = true
	s.out.add(&Terminate{Run: r.id, Model: r.stage.model, Segment: r.stage.segment, Slot: slot})
	if r.entry != nil {
		s.end(r.entry, tenants.Broken, fmt.Errorf("segment %d ran longer than %s and was terminated", r.stage.segment+1, s.config.RunLimit))
	}
}

// returned says so when a slot that was lost is free.
func (s *Scheduler) returned(now time.Duration, slot int) {
	if p := &s.slots[slot]; p.lost != nil && !p.busy() && len(p.down) == 0 {
		l := p.lost
		p.lost = nil
		s.out.add(&Back{Run: l.Run, Tenant: l.Tenant, Model: l.Model, Segment: l.Segment, Slot: slot, After: now - p.from})
	}
}
