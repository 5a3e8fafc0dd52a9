package scheduler

import (
	"slices"
	"time"

	"github.com/delen-edge/delen/tenants"
)

// Scheduler owns the queues of the house. It is used by one goroutine.
type Scheduler struct {
	config  Config
	models  []model
	tenants []*tenant // nil where one is gone
	leaving []*tenant // that have left and still have a ticket or a run

	waiting   heap[*tenant] // that have a ticket queued, by tag
	deadlines heap[*entry]  // that have one and have not ended
	live      map[uint64]*entry
	slots     []slot
	virtual   float64
	lastRun   uint64
	sequence  uint64
	armed     time.Duration // of the last Wake; Never when its Tick has come

	out   outbox
	spare []*entry
}

// model is what is known of a model's segments and learnt of them.
type model struct {
	exits    []Figures
	services []service
}

// New makes a scheduler.
func New(c Config) (*Scheduler, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := &Scheduler{config: c, live: map[uint64]*entry{}, slots: make([]slot, c.Slots), armed: tenants.Never}
	for _, m := range c.Models {
		own := model{exits: m.Exits}
		for _, warm := range m.Warm {
			own.services = append(own.services, newService(warm[0]))
		}
		s.models = append(s.models, own)
	}
	for i, t := range c.Tenants {
		s.tenants = append(s.tenants, newTenant(i, t))
	}
	s.waiting = heap[*tenant]{less: smallerTag, moved: func(t *tenant, at int) { t.at = at }}
	s.deadlines = heap[*entry]{less: earlier, moved: func(e *entry, at int) { e.timed = at }}
	return s, nil
}

// Step takes one event and says what is to be done, in order. now never falls from one call to the next. The effects are
// valid until the next Step, which uses their memory again.
func (s *Scheduler) Step(now time.Duration, e Event) []Effect {
	s.out.reset()
	s.take(now, e)
	s.expire(now)
	s.dispatch(now)
	s.dismiss()
	s.arm()
	s.rebase()
	return s.out.effects
}

func (s *Scheduler) take(now time.Duration, e Event) {
	switch e := e.(type) {
	case Offer:
		s.offer(now, e.Ticket)
	case Cancel:
		if e, ok := s.live[e.Ticket]; ok {
			s.end(e, tenants.Cancelled, nil)
		}
	case Exited:
		s.exited(now, e)
	case Crashed:
		s.crashed(now, e)
	case Recovered:
		s.recovered(now, e)
	case Join:
		s.join(e)
	case Change:
		s.change(now, e)
	case Assign:
		if t := s.tenant(e.Tenant); t != nil {
			t.Plan = e.Plan
		}
	case Rule:
		panic("contract")
	case Leave:
		s.leave(e)
	case Tick:
		s.armed = tenants.Never
	case Close:
		s.close()
	}
}

// Idle says whether there is no ticket and no run.
func (s *Scheduler) Idle() bool {
	return len(s.live) == 0 && !slices.ContainsFunc(s.slots, slot.busy)
}

// expire ends the tickets whose deadline has come, and sees to the runs that take too long.
func (s *Scheduler) expire(now time.Duration) {
	for s.deadlines.len() > 0 && s.deadlines.first().ticket.Deadline <= now {
		e := s.deadlines.first()
		s.end(e, outOfTime(e.ticket), nil)
	}
	for i := range s.slots {
		if s.slots[i].busy() && s.slots[i].run.due <= now {
			s.overdue(now, i)
		}
	}
}

// arm asks for a Tick when the next deadline comes or the next run takes too long.
func (s *Scheduler) arm() {
	next := tenants.Never
	if s.deadlines.len() > 0 {
		next = s.deadlines.first().ticket.Deadline
	}
	for i := range s.slots {
		if s.slots[i].busy() {
			next = min(next, s.slots[i].run.due)
		}
	}
	if next < s.armed {
		s.armed = next
		s.out.add(s.out.wakes.put(Wake{At: next}))
	}
}

// maxVirtual bounds virtual time, so that a tag keeps its precision for the smallest charge of the largest weight however
// long the node runs.
const maxVirtual = 1 << 12

// rebase moves all tags and virtual time back, once in maxVirtual seconds per weight.
func (s *Scheduler) rebase() {
	if s.virtual < maxVirtual {
		return
	}
	for _, t := range s.tenants {
		if t != nil {
			t.tag -= s.virtual
		}
	}
	s.virtual = 0
	s.waiting.order() // tags that were almost equal may have become equal
}
