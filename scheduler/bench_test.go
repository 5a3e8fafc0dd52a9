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

func newLoad(b *testing.B, n, rows int, policy Policy, terms func(i int) Tenant) *load {
	c := Config{Slots: 2, RunLimit: time.Hour, Policy: policy, Fairness: 1, Models: []Model{{Exits: make([]Figures, 4)}}}
	c.Models[0].Warm = slices.Repeat([][]time.Duration{slices.Repeat([]time.Duration{time.Millisecond}, rows)}, 4)
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

// turn lets a run exit and offers up to two of the tickets that have ended for each of its rows: for their own tenant, or for another.
func (l *load) turn(n int) {
	l.now += time.Millisecond
	if len(l.pending) == 0 { // whoever waits has no tokens
		l.step(Tick{})
		return
	}
	x := l.pending[0]
	l.pending = append(l.pending[:0], l.pending[1:]...)
	l.step(Exited{Run: x.Run, Rows: make([]Row, len(x.Tickets)), Usage: stages.Usage{Busy: time.Millisecond}})
	for range min(2*len(x.Tickets), len(l.ended)) {
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
	for _, policy := range []Policy{Cooperative, NonCooperative, FirstCome} {
		for _, rows := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s/rows=%d", policy, rows), func(t *testing.T) { allocatesNothing(t, policy, rows) })
		}
	}
}

func allocatesNothing(t *testing.T, policy Policy, rows int) {
	c := Config{Slots: 1, RunLimit: time.Hour, Policy: policy, Fairness: 1, Models: []Model{{Exits: make([]Figures, 2)}}}
	c.Models[0].Warm = slices.Repeat([][]time.Duration{slices.Repeat([]time.Duration{time.Millisecond}, rows)}, 2)
	c.Tenants = []Tenant{{Weight: 1, Room: 2}, {Weight: 2, Room: 3 * rows}}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	const n = 4000
	queued := make([]tenants.Ticket, n*rows)
	offers := make([]Event, n*rows)
	exits := make([][]Event, n) // by run, and rows less one
	for i := range queued {
		offers[i] = Offer{Ticket: &queued[i]}
	}
	for i := range n {
		for r := range rows {
			exits[i] = append(exits[i], Exited{Run: uint64(i + 1), Rows: make([]Row, r+1), Usage: stages.Usage{Busy: time.Millisecond / 2}})
		}
	}
	at, wide := 0, 0
	round := func() { // tickets more and a run less: tickets are shed, expire and are answered
		now := time.Duration(at/rows) * time.Millisecond
		for range rows {
			queued[at] = tenants.Ticket{ID: uint64(at), Tenant: int32(at / 3 % 2), Deadline: tenants.Never, Criterion: criteria.Never()}
			if at%3 == 0 {
				queued[at].Deadline = now + 3*time.Millisecond
			}
			s.Step(now, offers[at])
			at++
		}
		next := Event(Tick{})
		if run := &s.slots[0].run; run.id != 0 {
			next = exits[run.id-1][len(run.rows)-1]
			wide += len(run.rows) - 1
		}
		s.Step(now+time.Millisecond/2, next)
	}
	for range n / 2 {
		round()
	}
	if allocs := testing.AllocsPerRun(n/2-1, round); allocs > 0 {
		t.Errorf("a round of steps allocates %v times", allocs)
	}
	if s.lastRun < n/2 || (wide > 0) != (rows > 1) {
		t.Errorf("%d runs in %d rounds, %d rows on top: the test tests nothing", s.lastRun, n, wide)
	}
}

// Per step, whatever the event (of which the benchmark makes an Exited each time, the only memory it takes): exits, offers,
// deadlines that come, tickets that make room for newer ones, tenants that are out of tokens.
func BenchmarkStep(b *testing.B) {
	queued := func(i int) Tenant { return Tenant{Weight: float64(1 + i%7)} }
	for _, c := range []struct {
		name   string
		rows   int
		policy Policy
		terms  func(i int) Tenant
	}{
		{"queued", 1, Cooperative, queued},
		{"drop-oldest", 1, Cooperative, func(i int) Tenant { return Tenant{Weight: float64(1 + i%7), Room: 1 + i%4} }},
		{"non-cooperative", 1, NonCooperative, queued},
		{"first-come", 1, FirstCome, queued},
		{"rows=8", 8, Cooperative, queued},
	} {
		for _, n := range []int{10, 1000, 10000} {
			b.Run(fmt.Sprintf("%s/tenants=%d", c.name, n), func(b *testing.B) {
				l := newLoad(b, n, c.rows, c.policy, c.terms)
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
