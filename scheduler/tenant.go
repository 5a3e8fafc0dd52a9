package scheduler

import (
	"slices"
	"time"

	"github.com/delen-edge/delen/internal/heap"
	"github.com/delen-edge/delen/tenants"
)

// tenant is a tenant as the scheduler sees it.
type tenant struct {
	Tenant
	index int
	tag   float64           // v_i, in seconds per weight
	queue heap.Heap[*entry] // by urgency
	at    int               // in waiting, or -1
	lanes []lane            // its queued tickets by segment; nil when no run of its model may have several rows

	parallel int     // tickets that it can run at once; 0: it is asleep
	up       int     // in awake, or -1
	per      float64 // the effective weight that its tag is per

	bucket bucket
	parked int // in Scheduler.parked, or -1

	oldest, newest *entry // the list of its tickets that have not ended, by age
	live           int    // how many these are
	runs           int    // rows that it has in slots, those whose ticket has ended included
	clones         int    // of its tickets
	leaving        bool
}

func (s *Scheduler) newTenant(index int, c Tenant) *tenant {
	t := &tenant{Tenant: c, index: index, at: -1, up: -1, per: c.Weight, parked: -1}
	t.queue = heap.New(s.moreUrgent, func(e *entry, at int) { e.queued = at })
	if s.models[c.Model].batches {
		t.lanes = s.newLanes(t)
	}
	s.fillUp(t)
	s.configure(grains(c.Weight))
	return t
}

// before says which of two tenants is next: the one with the smaller tag, or, when requests are served as they come, the
// one that has the oldest queued.
func (s *Scheduler) before(a, b *tenant) bool {
	if s.config.Policy == FirstCome {
		return a.queue.First().sequence < b.queue.First().sequence
	}
	return smallerTag(a, b)
}

func smallerTag(a, b *tenant) bool {
	if a.tag != b.tag {
		return a.tag < b.tag
	}
	return a.index < b.index
}

// tenant is the tenant at an index, or nil when nobody is there or whoever is has left.
func (s *Scheduler) tenant(index int) *tenant {
	if index < 0 || index >= len(s.tenants) || s.tenants[index] == nil || s.tenants[index].leaving {
		return nil
	}
	return s.tenants[index]
}

// charge moves a tenant's tag by a cost in seconds, which is negative when a guess was too high.
func (s *Scheduler) charge(t *tenant, cost float64) {
	weight := s.weight(t) // before its tag, which may move
	s.move(t, t.tag+cost/weight)
	if s.config.Policy == NonCooperative {
		s.spend(t, cost)
	}
}

func (s *Scheduler) move(t *tenant, tag float64) {
	t.tag = tag
	if t.at >= 0 {
		s.waiting.Fix(t.at)
	}
	for i := range t.lanes {
		if l := &t.lanes[i]; l.at >= 0 {
			s.models[t.Model].segments[i].lanes.Fix(l.at)
		}
	}
}

// join lets a tenant in. It resumes like one that slept since the beginning: with neither debt nor credit.
func (s *Scheduler) join(x Join) {
	if x.As.Validate(len(s.models)) != nil || x.Tenant < 0 || x.Tenant > len(s.tenants) {
		return
	}
	if x.Tenant == len(s.tenants) {
		s.tenants = append(s.tenants, nil)
	}
	if s.tenants[x.Tenant] == nil {
		s.tenants[x.Tenant] = s.newTenant(x.Tenant, x.As)
	}
}

// change gives a tenant another weight and room. What it owes, or is owed, stays as many seconds of the machine: a tenant
// whose weight grows does not wait for the others to catch up with a debt that was large for its old one.
func (s *Scheduler) change(now time.Duration, x Change) {
	t := s.tenant(x.Tenant)
	if t == nil {
		return
	}
	next := t.Tenant
	next.Weight, next.Room = x.Weight, x.Room
	if next.Validate(len(s.models)) != nil {
		return
	}
	s.tokens(t)
	s.configure(grains(next.Weight) - grains(t.Weight))
	if t.up >= 0 {
		s.weights += grains(next.Weight) - grains(t.Weight)
	}
	t.Tenant = next
	s.reweighed(t)
	s.fill()
	s.rescale(t)
	if t.parked >= 0 {
		s.repark(t)
	}
	s.makeRoom(now, t)
}

// leave ends what a tenant has queued. What runs ends at its next exit.
func (s *Scheduler) leave(x Leave) {
	t := s.tenant(x.Tenant)
	if t == nil {
		return
	}
	t.leaving = true
	s.configure(-grains(t.Weight))
	s.leaving = append(s.leaving, t)
	s.drop(t, 0, removed)
	s.giveUp(t)
}

// dismiss sees off the tenants that have left and use nothing any more.
func (s *Scheduler) dismiss() {
	if len(s.leaving) == 0 {
		return
	}
	s.leaving = slices.DeleteFunc(s.leaving, func(t *tenant) bool {
		if t.live > 0 || t.runs > 0 || t.clones > 0 {
			return false
		}
		s.tenants[t.index] = nil
		s.out.add(&Gone{Tenant: t.index})
		return true
	})
}

// makeRoom ends queued tickets of a tenant that has more tickets than it has room for.
func (s *Scheduler) makeRoom(now time.Duration, t *tenant) {
	if t.Room > 0 && t.live > t.Room {
		s.expire(now) // what must go anyway goes first
		s.drop(t, t.Room, displaced)
	}
}

// drop ends a tenant's queued tickets, the oldest first, until no more than a number of its tickets are live. It passes
// by those that run, which are no more than there are rows in slots.
func (s *Scheduler) drop(t *tenant, keep int, how func(*tenants.Ticket) tenants.Reason) {
	for e := t.oldest; e != nil && t.live > keep; {
		next := e.newer
		if e.run == nil {
			s.end(e, how(e.ticket), nil)
		}
		e = next
	}
}
