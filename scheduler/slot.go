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
	run     run
	tickets []*tenants.Ticket // of the run
	down    []stage           // that have crashed and have not recovered
	lost    *Lost             // its run does not come back although it was asked to; nil once the slot can be used again
	from    time.Duration     // when that run began
}

type stage struct{ model, segment int }

// run is a segment in execution, if it has an id.
type run struct {
	id         uint64
	rows       []row
	clone      *clone // that it is for; nil: it is for the tickets of rows
	stage      stage
	started    time.Duration
	beside     int           // segments that ran when it began, itself included
	crowd      float64       // Scheduler.crowd when it began
	due        time.Duration // when it has taken too long; Never when there is nothing to be done about it
	terminated bool
}

// row is a ticket's part of a run. Its entry is nil once the ticket has ended: it is stale.
type row struct {
	entry   *entry
	ticket  *tenants.Ticket
	tenant  *tenant
	charged float64 // s, guessed at the start
}

// owner is the tenant of a run's first ticket.
func (r *run) owner() *tenant {
	if r.clone != nil {
		return r.clone.tenant
	}
	return r.rows[0].tenant
}

func (p *slot) busy() bool { return p.run.id != 0 }
func (p *slot) free() bool { return p.run.id == 0 && len(p.down) == 0 }

// free is the first free slot, or -1.
func (s *Scheduler) free() int {
	for i := range s.slots {
		if s.slots[i].free() {
			return i
		}
	}
	return -1
}

// dispatch fills the free slots: with tickets, and with clones when none may run.
func (s *Scheduler) dispatch(now time.Duration) {
	s.unpark()
	for slot := s.free(); slot >= 0; slot = s.free() {
		switch {
		case s.waiting.Len() > 0:
			s.start(now, slot)
		case len(s.idle) > 0:
			s.resume(now, slot)
		default:
			return
		}
	}
}

// late says whether the next segment alone would likely pass the deadline.
func (s *Scheduler) late(now time.Duration, k *tenants.Ticket, next *segment, company int) bool {
	return s.passes(now, k.Deadline, next, 1, company)
}

// passes says whether a run of a segment would likely pass a deadline.
func (s *Scheduler) passes(now, deadline time.Duration, g *segment, rows, company int) bool {
	if deadline == tenants.Never || now+s.likely(g, rows, company) <= deadline {
		return false
	}
	g.service.refused(now, rows)
	return true
}

// start gives the ticket whose turn it is to a stage, and those that may ride along; or it ends it, when it would be late.
func (s *Scheduler) start(now time.Duration, slot int) {
	s.fill()
	e := s.waiting.First().queue.First()
	b := s.form(slot, e)
	if s.late(now, e.ticket, b.segment, b.company) {
		s.end(e, outOfTime(e.ticket), nil)
		return
	}
	s.open(now, slot, b.stage)
	s.virtual = max(s.virtual, b.tenant.tag)
	s.board(&b, e)
	if b.most > 1 {
		s.gather(now, &b)
	}
	p := &s.slots[slot]
	s.longest = max(s.longest*fade, float64(len(p.run.rows))*b.each)
	p.tickets = p.tickets[:0]
	for i := range p.run.rows {
		p.tickets = append(p.tickets, p.run.rows[i].ticket)
	}
	s.launch(slot)
}

// open begins a run in a slot.
func (s *Scheduler) open(now time.Duration, slot int, next stage) *run {
	s.lastRun++
	s.busy++
	r := &s.slots[slot].run
	*r = run{id: s.lastRun, rows: r.rows[:0], stage: next, started: now, beside: s.busy, crowd: s.crowd, due: tenants.Never}
	if s.config.RunLimit > 0 {
		r.due = now + s.config.RunLimit
	}
	return r
}

// board gives a ticket a row of a run and charges its tenant with what that should cost.
func (s *Scheduler) board(b *batch, e *entry) {
	r, t := &s.slots[b.slot].run, e.tenant
	s.dequeue(e)
	e.run, e.row = r, len(r.rows)
	r.rows = append(r.rows, row{entry: e, ticket: e.ticket, tenant: t, charged: b.each})
	t.runs++
	s.reach = max(s.reach, s.ran(t))
	s.charge(t, b.each)
}

// ran is the tag of a tenant that runs, as far as it matters to those who come. The tag of one that rides along may be far
// ahead of those that wait for their own turns: to come behind it would be to come behind all that they have before it is its
// turn.
func (s *Scheduler) ran(t *tenant) float64 {
	if s.waiting.Len() == 0 {
		return t.tag
	}
	return min(t.tag, max(s.virtual, s.waiting.First().tag))
}

// launch gives a slot's tickets to its stage.
func (s *Scheduler) launch(slot int) {
	p := &s.slots[slot]
	s.out.add(s.out.runs.put(Run{Run: p.run.id, Tickets: p.tickets, Model: p.run.stage.model, Segment: p.run.stage.segment, Slot: slot}))
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

// finish empties a slot.
func (s *Scheduler) finish(now time.Duration, slot int, x Exited) {
	r := &s.slots[slot].run
	r.id = 0
	s.busy--
	if rows := max(1, len(r.rows)); x.Err == nil && len(x.Rows) != rows {
		x.Err = fmt.Errorf("a run of %d rows came back with %d", rows, len(x.Rows))
	}
	if x.Err == nil && !slices.ContainsFunc(x.Rows, Row.failed) { // which takes longer, or is not run at all
		// Also of a run that comes too late: what passes deadlines is just what must be learnt.
		s.learn(now, r, x.Usage.Busy)
	}
	if r.clone != nil {
		s.cloned(r.clone, &x)
		r.clone = nil
		return
	}
	for i := range r.rows {
		s.land(now, r, i, &x)
	}
	clear(r.rows)
}

// land corrects the charge for a row of a run that is back; a ticket that is still alive goes on or ends. Until then it
// counts as running, also when it ends because another row of the run needs the room.
func (s *Scheduler) land(now time.Duration, r *run, i int, x *Exited) {
	w, t, n := &r.rows[i], r.rows[i].tenant, len(r.rows)
	own := x.own(i)
	cost := s.models[r.stage.model].segments[r.stage.segment].price * ((x.Usage.Busy+s.config.HandOff).Seconds()/float64(n) + own.Seconds())
	s.charge(t, cost-w.charged)
	t.runs--
	busy := share(x.Usage.Busy, n, i) + own
	if e := w.entry; e != nil {
		e.run = nil
		w.ticket.Busy += busy
		s.judge(now, e, i, x)
	} else {
		s.out.add(s.out.releases.put(Release{Ticket: w.ticket, Busy: busy}))
	}
	s.settle(t)
}

// share is what the row i of n has of a run's time: all of them together have just that.
func share(busy time.Duration, n, i int) time.Duration {
	part := busy / time.Duration(n)
	if time.Duration(i) < busy%time.Duration(n) {
		part++
	}
	return part
}

// judge ends a ticket whose run is back, or sends it on.
func (s *Scheduler) judge(now time.Duration, e *entry, i int, x *Exited) {
	err := x.Err
	if err == nil {
		err = x.Rows[i].Err
	}
	switch {
	case err != nil:
		s.end(e, tenants.Broken, err)
	case e.ticket.Deadline <= now:
		s.end(e, outOfTime(e.ticket), nil)
	default:
		s.complete(now, e, x.Rows[i].Reading)
		s.decide(now, e)
	}
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
		s.settled = false
	}
}

// recovered lets a slot be used again once every stage that crashed in it is back.
func (s *Scheduler) recovered(now time.Duration, x Recovered) {
	p := &s.slots[x.Slot]
	if i := slices.Index(p.down, stage{x.Model, x.Segment}); i >= 0 {
		p.down = slices.Delete(p.down, i, i+1)
		s.settled = false
		s.returned(now, x.Slot)
	}
}

// overdue asks a run to give up and ends its tickets. A run that has been asked in vain has lost its slot.
func (s *Scheduler) overdue(now time.Duration, slot int) {
	p := &s.slots[slot]
	r := &p.run
	if r.terminated {
		r.due = tenants.Never
		p.lost, p.from = &Lost{Run: r.id, Tenant: r.owner().index, Model: r.stage.model, Segment: r.stage.segment, Slot: slot}, r.started
		s.settled = false
		s.out.add(p.lost)
		return
	}
	r.due = now + s.config.RunLimit
	r.terminated = true
	s.out.add(&Terminate{Run: r.id, Model: r.stage.model, Segment: r.stage.segment, Slot: slot})
	if r.clone != nil {
		r.clone.dropped = true
	}
	for i := range r.rows {
		if e := r.rows[i].entry; e != nil {
			s.end(e, tenants.Broken, fmt.Errorf("segment %d ran longer than %s and was terminated", r.stage.segment+1, s.config.RunLimit))
		}
	}
}

// returned says so when a slot that was lost is free.
func (s *Scheduler) returned(now time.Duration, slot int) {
	if p := &s.slots[slot]; p.lost != nil && !p.busy() && len(p.down) == 0 {
		l := p.lost
		p.lost = nil
		s.settled = false
		s.out.add(&Back{Run: l.Run, Tenant: l.Tenant, Model: l.Model, Segment: l.Segment, Slot: slot, After: now - p.from})
	}
}
