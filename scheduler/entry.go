package scheduler

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/delen-edge/delen/tenants"
)

// entry is a ticket that has not ended.
type entry struct {
	ticket       *tenants.Ticket
	tenant       *tenant
	sequence     uint64
	older, newer *entry // of the tenant
	run          *run   // nil: queued
	row          int    // of run
	queued       int    // position in the tenant's queue, or -1
	inLane       int    // position in the tenant's lane for its next segment
	timed        int    // position in deadlines, or -1
	agreed       int    // exits in a row with the same prediction
}

// moreUrgent says which of a tenant's tickets is next: the earliest deadline, the deepest, the oldest; under FirstCome just
// the oldest.
func (s *Scheduler) moreUrgent(a, b *entry) bool {
	switch {
	case s.config.Policy == FirstCome:
	case a.ticket.Deadline != b.ticket.Deadline:
		return a.ticket.Deadline < b.ticket.Deadline
	case a.ticket.Exit != b.ticket.Exit:
		return a.ticket.Exit > b.ticket.Exit
	}
	return a.sequence < b.sequence
}

func earlier(a, b *entry) bool {
	if a.ticket.Deadline != b.ticket.Deadline {
		return a.ticket.Deadline < b.ticket.Deadline
	}
	return a.sequence < b.sequence
}

// offer takes a ticket in, if its tenant is still there.
func (s *Scheduler) offer(now time.Duration, k *tenants.Ticket) {
	t := s.tenant(int(k.Tenant))
	if t == nil {
		s.out.add(s.out.ends.put(End{Ticket: k, Reason: tenants.Removed}))
		return
	}
	e := s.entry()
	*e = entry{ticket: k, tenant: t, sequence: s.sequence, queued: -1, timed: -1}
	s.sequence++
	s.live[k.ID] = e
	t.add(e)
	if k.Deadline != tenants.Never {
		s.deadlines.Push(e)
	}
	before := t.live
	s.enqueue(now, e)
	if k.Displaces != tenants.NoTicket && t.live == before {
		s.displace(now, e)
	}
}

// displace ends the oldest queued ticket of a newcomer's tenant in its favour.
func (s *Scheduler) displace(now time.Duration, newcomer *entry) {
	t, k := newcomer.tenant, newcomer.ticket
	before := t.live
	if s.expire(now); t.live < before { // what must go anyway has made room
		return
	}
	oldest := t.oldest
	for oldest.run != nil {
		oldest = oldest.newer
	}
	if oldest != newcomer || k.Displaces == tenants.OldestOrItself {
		s.end(oldest, displaced(oldest.ticket), nil)
	}
}

func (s *Scheduler) entry() *entry {
	if n := len(s.spare); n > 0 {
		e := s.spare[n-1]
		s.spare = s.spare[:n-1]
		return e
	}
	return new(entry)
}

// add appends a ticket to the tenant's list of those that have not ended, and remove takes it out.
func (t *tenant) add(e *entry) {
	e.older = t.newest
	if e.older != nil {
		e.older.newer = e
	} else {
		t.oldest = e
	}
	t.newest = e
	t.live++
}

func (t *tenant) remove(e *entry) {
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		t.oldest = e.newer
	}
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		t.newest = e.older
	}
	t.live--
}

// enqueue puts a ticket into its tenant's queue, for which another may have to go.
func (s *Scheduler) enqueue(now time.Duration, e *entry) {
	t := e.tenant
	t.queue.Push(e)
	s.enterLane(e)
	switch {
	case t.at >= 0:
		s.eligible++
		s.waiting.Fix(t.at) // under FirstCome its oldest may be another one now
	case t.parked < 0:
		s.line(t)
	}
	s.settle(t)
	s.makeRoom(now, t)
}

// credit is how many runs a tenant that is awake may be owed for when it has something queued again.
const credit = 2

// line lets a tenant whose queue was empty, or whose tokens were, wait for a slot. One that was asleep resumes with the
// largest tag that ran. One that was awake is owed what others had while all of its tickets ran; but not more than a few runs,
// or it would bank what it could not use because its tickets rode on the turns of others.
func (s *Scheduler) line(t *tenant) {
	least := s.reach
	if t.up >= 0 {
		least -= credit * float64(len(s.slots)) * s.longest / s.weight(t)
	}
	if t.tag < least {
		s.move(t, least)
	}
	if s.config.Policy == NonCooperative && s.tokens(t) <= 0 {
		s.park(t)
		return
	}
	s.wait(t)
}

func (s *Scheduler) wait(t *tenant) {
	s.waiting.Push(t)
	s.eligible += t.queue.Len()
}

func (s *Scheduler) unwait(t *tenant) {
	s.waiting.Remove(t.at)
	s.eligible -= t.queue.Len()
}

// dequeue takes a ticket out of its tenant's queue.
func (s *Scheduler) dequeue(e *entry) {
	t := e.tenant
	t.queue.Remove(e.queued)
	s.leaveLane(e)
	if t.at >= 0 {
		s.eligible--
	}
	switch {
	case t.queue.Len() > 0 && t.at >= 0:
		s.waiting.Fix(t.at)
	case t.queue.Len() > 0:
	case t.at >= 0:
		s.waiting.Remove(t.at)
	case t.parked >= 0:
		s.parked.Remove(t.parked)
	}
}

// end gives a ticket back, from whatever state it is in. It and satisfied are the only places where a ticket leaves that was
// let in.
func (s *Scheduler) end(e *entry, r tenants.Reason, err error) {
	running := e.run != nil
	if running {
		e.run.rows[e.row].entry = nil
	} else if e.queued >= 0 {
		s.dequeue(e)
		s.settle(e.tenant)
	}
	s.forget(e, End{Ticket: e.ticket, Reason: r, Running: running, Err: err})
}

func (s *Scheduler) forget(e *entry, x End) {
	if e.timed >= 0 {
		s.deadlines.Remove(e.timed)
	}
	e.tenant.remove(e)
	delete(s.live, e.ticket.ID)
	s.out.add(s.out.ends.put(x))
	*e = entry{}
	s.spare = append(s.spare, e)
}

// A ticket that must go before its time goes with its deepest answer if it has one. It was out of time, displaced by a
// newer one, or removed with its tenant.

func outOfTime(k *tenants.Ticket) tenants.Reason {
	return cut(k, tenants.ByDeadline, tenants.Expired)
}

func displaced(k *tenants.Ticket) tenants.Reason {
	return cut(k, tenants.ByOverflow, tenants.Shed)
}

func removed(k *tenants.Ticket) tenants.Reason {
	return cut(k, tenants.ByRemoval, tenants.Removed)
}

func cut(k *tenants.Ticket, answered, unanswered tenants.Reason) tenants.Reason {
	if k.Exit > 0 {
		return answered
	}
	return unanswered
}

// close ends all tickets, oldest first, and gives up the clones.
func (s *Scheduler) close() {
	all := slices.SortedFunc(maps.Values(s.live), func(a, b *entry) int { return cmp.Compare(a.sequence, b.sequence) })
	for _, e := range all {
		s.end(e, tenants.Closed, nil)
	}
	s.giveUp(nil)
}
