package scheduler

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// load drives a scheduler as fast as it goes: whatever ends is offered again, and the oldest run exits next.
type load struct {
	s       *Scheduler
	now     time.Duration
	pending []Run
	ended   []*tenants.Ticket
	nextID  uint64
	events  uint64
}

func newLoad(b *testing.B, n int, terms func(i int) Tenant) *load {
	c := Config{Slots: 2, RunLimit: time.Hour, Models: []Model{{Warm: slices.Repeat([][]time.Duration{{0}}, 4), Exits: make([]Figures, 4)}}}
	for i := range n {
		c.Tenants = append(c.Tenants, terms(i))
	}
	s, err := New(c)
	if err != nil {
		b.Fatal(err)
	}
	return &load{s: s}
}

func (l *load) step(e Event) {
	l.events++
	for _, effect := range l.s.Step(l.now, e) {
		switch x := effect.(type) {
		case *Run:
			l.pending = append(l.pending, *x)
		case *End:
			if !x.Running {
				l.ended = append(l.ended, x.Ticket)
			}
		case *Release:
			l.ended = append(l.ended, x.Ticket)
		}
	}
}

// offer sends a ticket of a tenant, with or without a deadline.
func (l *load) offer(k *tenants.Ticket, tenant int) {
	l.nextID++
	*k = tenants.Ticket{ID: l.nextID, Tenant: int32(tenant), Deadline: tenants.Never, Criterion: criteria.Never()}
	if l.nextID%2 == 0 {
		k.Deadline = l.now + time.Duration(l.nextID%5000+1)*time.Millisecond
	}
	l.step(Offer{Ticket: k})
}

// turn lets a run exit and offers up to two of the tickets that have ended: for their own tenant, or for another.
func (l *load) turn(n int) {
	x := l.pending[0]
	l.pending = append(l.pending[:0], l.pending[1:]...)
	l.now += time.Millisecond
	l.step(Exited{Run: x.Run, Rows: make([]Row, 1), Usage: stages.Usage{Busy: time.Millisecond}})
	for range min(2, len(l.ended)) {
		k := l.ended[len(l.ended)-1]
		l.ended = l.ended[:len(l.ended)-1]
		tenant := int(k.Tenant)
		if l.nextID%2 == 0 {
			tenant = int(l.nextID*7919) % n
		}
		l.offer(k, tenant)
	}
}

// A step uses the memory of the one before. The events are made beforehand: with one slot a run's number is known.
func TestAStepAllocatesNothing(t *testing.T) {
	c := Config{Slots: 1, RunLimit: time.Hour, Models: []Model{{Warm: slices.Repeat([][]time.Duration{{0}}, 2), Exits: make([]Figures, 2)}}}
	c.Tenants = []Tenant{{Weight: 1, Room: 2}, {Weight: 2}}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	const n = 4000
	tickets := make([]tenants.Ticket, n)
	exits := make([]Event, n)
	for i := range n {
		exits[i] = Exited{Run: uint64(i + 1), Rows: make([]Row, 1), Usage: stages.Usage{Busy: time.Millisecond}}
	}
	at := 0
	round := func() { // one ticket more and one run less: tickets are shed, expire and are answered
		now := time.Duration(at) * time.Millisecond
		tickets[at] = tenants.Ticket{ID: uint64(at), Tenant: int32(at / 3 % 2), Deadline: tenants.Never, Criterion: criteria.Never()}
		if at%3 == 0 {
			tickets[at].Deadline = now + 3*time.Millisecond
		}
		s.Step(now, Offer{Ticket: &tickets[at]})
		s.Step(now+time.Millisecond/2, exits[at])
		at++
	}
	for range n / 2 {
		round()
	}
	if allocs := testing.AllocsPerRun(n/2-1, round); allocs > 0 {
		t.Errorf("a round of two steps allocates %v times", allocs)
	}
	if s.lastRun < n {
		t.Errorf("%d runs in %d rounds: the test tests nothing", s.lastRun, n)
	}
}

// Per step, whatever the event (of which the benchmark makes an Exited each time, the only memory it takes): exits, offers, deadlines that come, tickets that make room for newer ones.
func BenchmarkStep(b *testing.B) {
	for name, terms := range map[string]func(i int) Tenant{
		"queued":      func(i int) Tenant { return Tenant{Weight: float64(1 + i%7)} },
		"drop-oldest": func(i int) Tenant { return Tenant{Weight: float64(1 + i%7), Room: 1 + i%4} },
	} {
		for _, n := range []int{10, 1000, 10000} {
			b.Run(fmt.Sprintf("%s/tenants=%d", name, n), func(b *testing.B) {
				l := newLoad(b, n, terms)
				for i := range 4 * n {
					l.offer(new(tenants.Ticket), i%n)
				}
				for range 8 * n {
					l.turn(n)
				}
				b.ReportAllocs()
				b.ResetTimer()
				for start := l.events; l.events-start < uint64(b.N); {
					l.turn(n)
				}
			})
		}
	}
}
