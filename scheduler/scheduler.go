package scheduler

import (
	"slices"
	"time"

	"github.com/delen-edge/delen/internal/heap"
	"github.com/delen-edge/delen/tenants"
)

// Scheduler owns the queues of the house. It is used by one goroutine.
type Scheduler struct {
	config  Config
	models  []model
	tenants []*tenant // nil where one is gone
	leaving []*tenant // that have left and still have a ticket or a run

	waiting   heap.Heap[*tenant] // that have a ticket queued and may run it, the next one first
	eligible  int                // tickets that those have queued
	parked    heap.Heap[*tenant] // that have one and no tokens
	deadlines heap.Heap[*entry]  // that have one and have not ended
	live      map[uint64]*entry
	slots     []slot
	busy      int       // slots
	idle      []*clone  // that do not run, the oldest first
	clones    int       // idle or not
	slowdown  []float64 // by segments that run less one

	virtual    float64            // the largest tag of a ticket whose turn came
	reach      float64            // the largest tag of a ticket that ran, also for the ride
	awake      heap.Heap[*tenant] // the one first that is capped first
	weights    int64              // of those, in grains
	level      float64            // the weight per slot beyond which a tenant is capped
	settled    bool               // level is right
	capped     []*tenant          // whose effective weight is below their own
	edge       []int              // used to find it
	longest    float64            // cost of a run, in seconds, fading
	configured int64              // weights of the tenants that have not left, in grains
	poured     float64            // into every bucket, in seconds per weight
	spring     spring             // where that comes from

	lastRun  uint64
	sequence uint64
	last     time.Duration // of the last Step
	crowd    float64       // seconds that slots have been busy
	armed    time.Duration // of the last Wake; Never when its Tick has come
	paces    paces

	out         outbox
	spare       []*entry
	spareClones []*clone
}

// model is what is known of a model's segments and learnt of them.
type model struct {
	exits    []Figures
	segments []segment
	batches  bool // a run of some segment may have several rows
}

type segment struct {
	service service
	price   float64          // of a second
	lanes   heap.Heap[*lane] // of tenants with a ticket queued for it; only if the model batches
	queued  int              // tickets in lanes
}

// New makes a scheduler.
func New(c Config) (*Scheduler, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c.Policy = c.Policy.orDefault()
	s := &Scheduler{config: c, live: map[uint64]*entry{}, slots: make([]slot, c.Slots), armed: tenants.Never}
	s.slowdown = slices.Repeat([]float64{1}, c.Slots)
	s.waiting = heap.New(s.before, func(t *tenant, at int) { t.at = at })
	s.parked = heap.New(soonerPaid, func(t *tenant, at int) { t.parked = at })
	s.awake = heap.New(heavier, func(t *tenant, at int) { t.up = at })
	s.deadlines = heap.New(earlier, func(e *entry, at int) { e.timed = at })
	for _, m := range c.Models {
		own := model{exits: m.Exits}
		for _, warm := range m.Warm {
			g := segment{service: newService(warm)}
			g.lanes = heap.New(s.laneBefore, func(l *lane, at int) { l.at = at })
			own.segments = append(own.segments, g)
			own.batches = own.batches || len(warm) > 1
		}
		s.models = append(s.models, own)
	}
	s.price()
	for i, t := range c.Tenants {
		s.tenants = append(s.tenants, s.newTenant(i, t))
	}
	return s, nil
}

// Step takes one event and says what is to be done, in order. now never falls from one call to the next. The effects are
// valid until the next Step, which uses their memory again.
func (s *Scheduler) Step(now time.Duration, e Event) []Effect {
	s.out.reset()
	s.pass(now)
	s.take(now, e)
	s.expire(now)
	s.dispatch(now)
	s.dismiss()
	s.arm(now)
	s.rebase()
	return s.out.effects
}

// pass books the time since the last step.
func (s *Scheduler) pass(now time.Duration) {
	since := (now - s.last).Seconds()
	s.crowd += since * float64(s.busy)
	s.last = now
	s.poured = s.spring.poured + (now-s.spring.since).Seconds()*s.rate()
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
		s.rule(e)
	case Leave:
		s.leave(e)
	case Tick:
		s.armed = tenants.Never
	case Close:
		s.close()
	}
}

// Idle says whether there is no ticket, no clone and no run.
func (s *Scheduler) Idle() bool { return len(s.live) == 0 && s.clones == 0 && s.busy == 0 }

// expire ends the tickets whose deadline has come, and sees to the runs that take too long.
func (s *Scheduler) expire(now time.Duration) {
	for s.deadlines.Len() > 0 && s.deadlines.First().ticket.Deadline <= now {
		e := s.deadlines.First()
		s.end(e, outOfTime(e.ticket), nil)
	}
	for i := range s.slots {
		if s.slots[i].busy() && s.slots[i].run.due <= now {
			s.overdue(now, i)
		}
	}
}

// arm asks for a Tick when the next deadline comes, the next run takes too long or a tenant has tokens for a free slot.
func (s *Scheduler) arm(now time.Duration) {
	next := s.paid(now)
	if s.deadlines.Len() > 0 {
		next = min(next, s.deadlines.First().ticket.Deadline)
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

// maxVirtual bounds virtual time and what has been poured, so that a tag and a bucket keep their precision for the smallest
// charge of the largest weight however long the node runs.
const maxVirtual = 1 << 12

// rebase moves all tags and virtual time back, once in maxVirtual seconds per weight, and likewise the buckets.
func (s *Scheduler) rebase() {
	if s.virtual >= maxVirtual {
		for _, t := range s.tenants {
			if t != nil {
				t.tag -= s.virtual
			}
		}
		s.reach -= s.virtual
		s.virtual = 0
		s.waiting.Order() // tags that were almost equal may have become equal
		for i := range s.models {
			for j := range s.models[i].segments {
				s.models[i].segments[j].lanes.Order()
			}
		}
	}
	if s.poured >= maxVirtual {
		for _, t := range s.tenants {
			if t != nil {
				s.tokens(t)
				t.bucket.poured, t.bucket.due = 0, t.bucket.due-s.poured
			}
		}
		s.poured, s.spring = 0, spring{since: s.last}
		s.parked.Order()
	}
}
