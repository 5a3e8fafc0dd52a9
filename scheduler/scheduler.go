package scheduler

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/delen-edge/delen/tenants"
)

// Config is what a scheduler is made from.
type Config struct {
	Slots    int           // segments that may execute at a time, at least 1
	HandOff  time.Duration // charged with every run: what passing a ticket around costs, which short segments would not pay
	RunLimit time.Duration // a run longer than this is terminated and its ticket fails; 0: none
	Models   []Model
	Weights  []float64 // of each tenant, positive; only the ratios matter
	Runs     []int     // of each tenant: the model that it runs, an index into Models
}

// Model is what the scheduler knows of a model.
type Model struct {
	Warm  []time.Duration // of each segment: the time of a warm run; what it really takes is learnt
	Exits []Figures       // of each segment's exit
}

// Figures are what a profile says of an exit, cumulative from the input; NaN where it does not say.
type Figures struct {
	Accuracy float64 // fraction
	Energy   float64 // J
	FLOPs    float64
}

// Validate says what is wrong with the configuration, if anything.
func (c *Config) Validate() error {
	if c.Slots < 1 || c.HandOff < 0 || c.RunLimit < 0 {
		return fmt.Errorf("slots must be at least 1, hand-off and run limit not negative: have %d, %s, %s", c.Slots, c.HandOff, c.RunLimit)
	}
	for i, m := range c.Models {
		if len(m.Warm) == 0 || len(m.Warm) != len(m.Exits) {
			return fmt.Errorf("model %d has %d segments and %d exits", i, len(m.Warm), len(m.Exits))
		}
	}
	if len(c.Weights) != len(c.Runs) {
		return errors.New("every tenant needs a weight and a model")
	}
	for i, w := range c.Weights {
		if !(w > 0) || math.IsInf(w, 0) {
			return fmt.Errorf("tenant %d has weight %g: it must be positive", i, w)
		}
		if c.Runs[i] < 0 || c.Runs[i] >= len(c.Models) {
			return fmt.Errorf("tenant %d runs model %d of %d", i, c.Runs[i], len(c.Models))
		}
	}
	return nil
}

// Scheduler owns the queues of the house. It is used by one goroutine.
type Scheduler struct {
	config  Config
	models  []model
	tenants []*tenant

	waiting   heap[*tenant] // that have a ticket queued, by tag
	deadlines heap[*entry]  // that have one and have not ended
	live      map[uint64]*entry
	slots     []*run // the run in each slot, or nil
	virtual   float64
	lastRun   uint64
	sequence  uint64
	armed     time.Duration // of the last Wake; Never when its Tick has come

	effects []Effect
	spare   []*entry
}

// tenant is a tenant as the scheduler sees it.
type tenant struct {
	index  int
	weight float64
	model  int
	tag    float64      // v_i, in seconds per weight
	queue  heap[*entry] // by urgency
	at     int          // in waiting, or -1
}

// model is what is known of a model's segments and learnt of them.
type model struct {
	exits    []Figures
	services []service
}

// entry is a ticket that has not ended.
type entry struct {
	ticket   *tenants.Ticket
	tenant   *tenant
	sequence uint64
	run      *run // nil: queued
	queued   int  // position in the tenant's queue, or -1
	timed    int  // position in deadlines, or -1
	agreed   int  // exits in a row with the same prediction
}

// run is a segment in execution. Its entry is nil once the ticket has ended: it is stale and only holds the slot.
type run struct {
	id             uint64
	entry          *entry
	ticket         *tenants.Ticket
	tenant         *tenant
	model, segment int
	started        time.Duration
	charged        time.Duration // guessed at the start
	terminated     bool
}

// New makes a scheduler.
func New(c Config) (*Scheduler, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := &Scheduler{config: c, live: map[uint64]*entry{}, slots: make([]*run, c.Slots), armed: tenants.Never}
	for _, m := range c.Models {
		own := model{exits: m.Exits}
		for _, warm := range m.Warm {
			own.services = append(own.services, newService(warm))
		}
		s.models = append(s.models, own)
	}
	for i, w := range c.Weights {
		t := &tenant{index: i, weight: w, model: c.Runs[i], at: -1}
		t.queue = heap[*entry]{less: moreUrgent, moved: func(e *entry, at int) { e.queued = at }}
		s.tenants = append(s.tenants, t)
	}
	s.waiting = heap[*tenant]{less: smallerTag, moved: func(t *tenant, at int) { t.at = at }}
	s.deadlines = heap[*entry]{less: earlier, moved: func(e *entry, at int) { e.timed = at }}
	return s, nil
}

func smallerTag(a, b *tenant) bool {
	if a.tag != b.tag {
		return a.tag < b.tag
	}
	return a.index < b.index
}

func moreUrgent(a, b *entry) bool {
	switch {
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

// Step takes one event and says what is to be done, in order. now never falls from one call to the next. The slice is
// valid until the next Step.
func (s *Scheduler) Step(now time.Duration, e Event) []Effect {
	clear(s.effects)
	s.effects = s.effects[:0]
	switch e := e.(type) {
	case Offer:
		s.offer(e.Ticket)
	case Cancel:
		if e, ok := s.live[e.Ticket]; ok {
			s.end(e, tenants.Cancelled, nil)
		}
	case Exited:
		s.exited(now, e)
	case Restarted:
		s.restarted(now, e)
	case Tick:
		s.armed = tenants.Never
	case Close:
		s.close()
	}
	s.expire(now)
	s.dispatch(now)
	s.arm()
	s.rebase()
	return s.effects
}

// Idle says whether there is no ticket and no run.
func (s *Scheduler) Idle() bool {
	return len(s.live) == 0 && !slices.ContainsFunc(s.slots, func(r *run) bool { return r != nil })
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
		t.tag -= s.virtual
	}
	s.virtual = 0
	s.waiting.order() // tags that were almost equal may have become equal
}

func (s *Scheduler) do(e Effect) { s.effects = append(s.effects, e) }

func (s *Scheduler) offer(k *tenants.Ticket) {
	e := s.entry()
	*e = entry{ticket: k, tenant: s.tenants[k.Tenant], sequence: s.sequence, queued: -1, timed: -1}
	s.sequence++
	s.live[k.ID] = e
	if k.Deadline != tenants.Never {
		s.deadlines.push(e)
	}
	s.enqueue(e)
}

func (s *Scheduler) entry() *entry {
	if n := len(s.spare); n > 0 {
		e := s.spare[n-1]
		s.spare = s.spare[:n-1]
		return e
	}
	return new(entry)
}

// enqueue puts a ticket into its tenant's queue. A tenant whose queue was empty resumes no earlier than virtual time.
func (s *Scheduler) enqueue(e *entry) {
	t := e.tenant
	t.queue.push(e)
	if t.at < 0 {
		t.tag = max(t.tag, s.virtual)
		s.waiting.push(t)
	}
}

func (s *Scheduler) dequeue(e *entry) {
	t := e.tenant
	t.queue.remove(e.queued)
	if t.queue.len() == 0 {
		s.waiting.remove(t.at)
	}
}

// end gives a ticket back, from whatever state it is in. It is the only place where a ticket leaves.
func (s *Scheduler) end(e *entry, r tenants.Reason, err error) {
	running := e.run != nil
	if running {
		e.run.entry = nil
	} else if e.queued >= 0 {
		s.dequeue(e)
	}
	if e.timed >= 0 {
		s.deadlines.remove(e.timed)
	}
	delete(s.live, e.ticket.ID)
	s.do(End{Ticket: e.ticket, Reason: r, Running: running, Err: err})
	*e = entry{}
	s.spare = append(s.spare, e)
}

// expire ends the tickets whose deadline has come, and the runs that take too long.
func (s *Scheduler) expire(now time.Duration) {
	for s.deadlines.len() > 0 && s.deadlines.first().ticket.Deadline <= now {
		s.end(s.deadlines.first(), outOfTime(s.deadlines.first().ticket), nil)
	}
	for slot, r := range s.slots {
		if s.limited(r) && now-r.started >= s.config.RunLimit {
			s.terminate(slot, r)
		}
	}
}

// limited says whether a run, or nil, is one that will be terminated if it does not come back.
func (s *Scheduler) limited(r *run) bool {
	return r != nil && s.config.RunLimit > 0 && !r.terminated
}

// outOfTime is how a ticket ends that has no more time: with its deepest answer if it has one.
func outOfTime(k *tenants.Ticket) tenants.Reason {
	if k.Exit > 0 {
		return tenants.ByDeadline
	}
	return tenants.Expired
}

// close ends all tickets, oldest first.
func (s *Scheduler) close() {
	all := slices.SortedFunc(maps.Values(s.live), func(a, b *entry) int { return cmp.Compare(a.sequence, b.sequence) })
	for _, e := range all {
		s.end(e, tenants.Closed, nil)
	}
}

func (s *Scheduler) arm() {
	next := tenants.Never
	if s.deadlines.len() > 0 {
		next = s.deadlines.first().ticket.Deadline
	}
	for _, r := range s.slots {
		if s.limited(r) {
			next = min(next, r.started+s.config.RunLimit)
		}
	}
	if next < s.armed {
		s.armed = next
		s.do(Wake{At: next})
	}
}
