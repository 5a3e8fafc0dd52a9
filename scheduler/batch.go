package scheduler

import (
	"time"

	"github.com/delen-edge/delen/internal/heap"
)

// A run may have several rows, of tickets that are queued for the same segment. A free slot takes what is there and never
// waits for more.
//
// The ticket whose turn it is comes first. Others ride along in fair order: under FirstCome the oldest first, under
// NonCooperative only of the same tenant, and under Cooperative of the tenant with the smallest tag, as long as its tag is
// ahead of the next in line by no more than this run would cost it. So whoever waits for another segment is not kept
// waiting by those who ride for little on other tenants' turns.
//
// A run takes no more than its part of what is queued when other slots are free: two tickets and two slots are two runs,
// which are over sooner than one of two rows. And it takes a ticket only if the run at its actual number of rows is not
// expected to pass a deadline of any of its tickets.

// lane holds a tenant's queued tickets for one segment.
type lane struct {
	tenant *tenant
	queue  heap.Heap[*entry] // by urgency
	at     int               // in the segment's lanes, or -1
}

func (s *Scheduler) newLanes(t *tenant) []lane {
	lanes := make([]lane, len(s.models[t.Model].segments))
	for i := range lanes {
		lanes[i] = lane{tenant: t, at: -1}
		lanes[i].queue = heap.New(s.moreUrgent, func(e *entry, at int) { e.inLane = at })
	}
	return lanes
}

// laneBefore says which lane of a segment is next.
func (s *Scheduler) laneBefore(a, b *lane) bool {
	if s.config.Policy == FirstCome {
		return a.queue.First().sequence < b.queue.First().sequence
	}
	return smallerTag(a.tenant, b.tenant)
}

// enterLane and leaveLane keep a ticket where a batch for its segment finds it.
func (s *Scheduler) enterLane(e *entry) {
	t := e.tenant
	if t.lanes == nil {
		return
	}
	g, l := &s.models[t.Model].segments[e.ticket.Exit], &t.lanes[e.ticket.Exit]
	l.queue.Push(e)
	g.queued++
	if l.at < 0 {
		g.lanes.Push(l)
	} else {
		g.lanes.Fix(l.at)
	}
}

func (s *Scheduler) leaveLane(e *entry) {
	t := e.tenant
	if t.lanes == nil {
		return
	}
	g, l := &s.models[t.Model].segments[e.ticket.Exit], &t.lanes[e.ticket.Exit]
	l.queue.Remove(e.inLane)
	g.queued--
	if l.queue.Len() == 0 {
		g.lanes.Remove(l.at)
	} else {
		g.lanes.Fix(l.at)
	}
}

// batch is a run that is being put together.
type batch struct {
	slot    int
	stage   stage
	segment *segment
	tenant  *tenant       // whose turn it is
	most    int           // rows
	company int           // segments that will run
	until   time.Duration // the first deadline of its tickets
	each    float64       // s that a row should cost
}

// form says how many rows a run for a ticket should have and what each will cost.
func (s *Scheduler) form(slot int, e *entry) batch {
	t := e.tenant
	b := batch{slot: slot, stage: stage{t.Model, e.ticket.Exit}, tenant: t, most: 1, until: e.ticket.Deadline, company: s.company(s.eligible)}
	b.segment = &s.models[t.Model].segments[b.stage.segment]
	if rows := len(b.segment.service.warm); rows > 1 {
		queued := b.segment.queued
		if s.config.Policy == NonCooperative {
			queued = t.lanes[b.stage.segment].queue.Len()
		}
		free := b.company - s.busy // that will be filled
		b.most = min(rows, queued, (s.eligible+free-1)/free)
	}
	b.each = s.part(&b, b.most)
	return b
}

// part is what each row of a run should cost.
func (s *Scheduler) part(b *batch, rows int) float64 {
	return b.segment.price * (s.expected(b.segment, rows, b.company) + s.config.HandOff.Seconds()) / float64(rows)
}

// gather takes tickets along until the run is full, nobody else may ride or a deadline would be passed.
func (s *Scheduler) gather(now time.Duration, b *batch) {
	rows := 1
	for rows < b.most {
		e := s.rider(b)
		if e == nil {
			break
		}
		if s.late(now, e.ticket, b.segment, b.company) {
			s.end(e, outOfTime(e.ticket), nil)
			continue
		}
		until := min(b.until, e.ticket.Deadline)
		if s.passes(now, until, b.segment, rows+1, b.company) {
			break
		}
		b.until = until
		s.board(b, e)
		rows++
	}
	if rows < b.most { // each costs more than was thought
		more := s.part(b, rows) - b.each
		for i := range s.slots[b.slot].run.rows {
			r := &s.slots[b.slot].run.rows[i]
			r.charged += more
			s.charge(r.tenant, more)
		}
	}
}

// rider is the next ticket that may ride along, or nil.
func (s *Scheduler) rider(b *batch) *entry {
	if s.config.Policy == NonCooperative {
		if l := &b.tenant.lanes[b.stage.segment]; l.queue.Len() > 0 {
			return l.queue.First()
		}
		return nil
	}
	if b.segment.lanes.Len() == 0 {
		return nil
	}
	l := b.segment.lanes.First()
	if s.config.Policy == Cooperative {
		if ahead := l.tenant.tag - s.waiting.First().tag; ahead > float64(b.most)*b.each/s.weight(l.tenant) {
			return nil
		}
	}
	return l.queue.First()
}
