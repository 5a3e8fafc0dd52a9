package scheduler

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// world drives a scheduler on a virtual clock and keeps dumb books of its own, against which every effect is checked.
type world struct {
	t    *testing.T
	seed uint64
	rng  *rand.Rand

	config Config
	house  *Scheduler
	now    time.Duration
	wake   time.Duration

	nextID  uint64
	tickets map[uint64]*book
	running map[uint64]*flight // by run
	byTime  []*flight

	busy    []time.Duration // charged to each tenant by runs that came back, hand-off included
	largest []time.Duration
	fail    bool // some runs fail
	service func(tenant, segment int) time.Duration
	log     []string
}

type book struct {
	ticket   *tenants.Ticket
	ended    bool
	reason   tenants.Reason
	run      uint64 // 0: queued
	released bool
}

type flight struct {
	run     uint64
	ticket  uint64
	tenant  int
	back    time.Duration
	busy    time.Duration
	failing bool
}

func newWorld(t *testing.T, seed uint64, config Config) *world {
	house, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, seed: seed, rng: rand.New(rand.NewPCG(seed, 99)), config: config, house: house, wake: tenants.Never,
		tickets: map[uint64]*book{}, running: map[uint64]*flight{},
		busy: make([]time.Duration, len(config.Weights)), largest: make([]time.Duration, len(config.Weights)),
	}
	w.service = func(_, segment int) time.Duration {
		return time.Duration(float64(config.Models[0].Warm[segment]) * (0.5 + w.rng.Float64()))
	}
	return w
}

func (w *world) failf(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("seed %d at %s: %s", w.seed, w.now, fmt.Sprintf(format, args...))
}

func (w *world) step(e Event) {
	w.log = append(w.log, fmt.Sprint(w.now, " ", e))
	for _, effect := range w.house.Step(w.now, e) {
		w.log = append(w.log, "  "+effect.String())
		switch x := effect.(type) {
		case Run:
			w.run(x)
		case End:
			w.end(x)
		case Release:
			b := w.tickets[x.Ticket.ID]
			if !b.ended || b.run == 0 || b.released || w.running[b.run] != nil {
				w.failf("ticket %d is released, but it is not one that ended while it ran and runs no longer", x.Ticket.ID)
			}
			b.released = true
		case Wake:
			w.wake = x.At
		}
	}
	w.check()
}

func (w *world) run(x Run) {
	b := w.tickets[x.Ticket.ID]
	switch {
	case b.ended || b.run != 0:
		w.failf("ticket %d runs, but it has ended or is running", x.Ticket.ID)
	case x.Segment != x.Ticket.Exit:
		w.failf("ticket %d runs segment %d after exit %d", x.Ticket.ID, x.Segment+1, x.Ticket.Exit)
	case x.Ticket.Deadline <= w.now:
		w.failf("ticket %d starts after its deadline", x.Ticket.ID)
	}
	if w.running[x.Run] != nil {
		w.failf("run %d is used twice", x.Run)
	}
	busy := w.service(int(x.Ticket.Tenant), x.Segment)
	f := &flight{run: x.Run, ticket: x.Ticket.ID, tenant: int(x.Ticket.Tenant), busy: busy, back: w.now + busy, failing: w.fail && w.rng.IntN(20) == 0}
	b.run = x.Run
	w.running[x.Run] = f
	w.byTime = append(w.byTime, f)
}

func (w *world) end(x End) {
	b := w.tickets[x.Ticket.ID]
	if b.ended {
		w.failf("ticket %d ends twice", x.Ticket.ID)
	}
	b.ended, b.reason = true, x.Reason
	if x.Running != (b.run != 0) {
		w.failf("ticket %d ends with running=%v, but its run is %d", x.Ticket.ID, x.Running, b.run)
	}
	k := x.Ticket
	if x.Reason.Answered() != (k.Exit > 0) && x.Reason != tenants.Cancelled && x.Reason != tenants.Broken && x.Reason != tenants.Closed {
		w.failf("ticket %d ends as %s at exit %d", k.ID, x.Reason, k.Exit)
	}
	switch x.Reason {
	case tenants.ByLastExit:
		if k.Exit != len(w.config.Models[0].Warm) {
			w.failf("ticket %d ends at exit %d as if it were the last", k.ID, k.Exit)
		}
	case tenants.ByCriterion:
		if !k.Criterion.Stop(&k.Seen) {
			w.failf("ticket %d ends by a criterion that is false", k.ID)
		}
	}
}

// check holds after every step: no more runs than slots, no free slot beside a queued ticket, nothing past its deadline.
func (w *world) check() {
	if len(w.running) > w.config.Slots {
		w.failf("%d runs in %d slots", len(w.running), w.config.Slots)
	}
	for id, b := range w.tickets {
		if b.ended {
			if b.run == 0 || b.released {
				delete(w.tickets, id)
			}
			continue
		}
		if b.run == 0 && len(w.running) < w.config.Slots {
			w.failf("ticket %d waits beside a free slot", id)
		}
		if b.ticket.Deadline <= w.now {
			w.failf("ticket %d has passed its deadline and lives", id)
		}
	}
}

func (w *world) offer(tenant int, deadline time.Duration, c *criteria.Criterion) *tenants.Ticket {
	w.nextID++
	k := &tenants.Ticket{ID: w.nextID, Tenant: int32(tenant), Arrived: w.now, Deadline: deadline, Criterion: c}
	w.tickets[k.ID] = &book{ticket: k}
	w.step(Offer{Ticket: k})
	return k
}

// fill keeps tenants backlogged: each has at least n tickets queued.
func (w *world) fill(n int, who ...int) {
	for _, i := range who {
		for w.house.tenants[i].queue.len() < n {
			w.offer(i, tenants.Never, criteria.Never())
		}
	}
}

// next advances to whatever comes first, a run that is back, the wake or the limit, and says whether it was not the limit.
func (w *world) next(limit time.Duration) bool {
	slices.SortStableFunc(w.byTime, func(a, b *flight) int { return int(a.back - b.back) })
	at := min(limit, w.wake)
	if len(w.byTime) > 0 && w.byTime[0].back <= at {
		f := w.byTime[0]
		w.byTime = w.byTime[1:]
		w.now = f.back
		w.back(f)
		return true
	}
	w.now = at
	if at == limit {
		return false
	}
	w.wake = tenants.Never
	w.step(Tick{})
	return true
}

func (w *world) back(f *flight) {
	delete(w.running, f.run)
	b := w.tickets[f.ticket]
	if !b.ended {
		b.run = 0
	}
	cost := f.busy + w.config.HandOff
	w.busy[f.tenant] += cost
	w.largest[f.tenant] = max(w.largest[f.tenant], cost)
	x := Exited{Run: f.run, Usage: stages.Usage{Busy: f.busy}}
	if f.failing {
		x.Err = errors.New("boom")
	}
	x.Reading.Confidence = w.rng.Float64()
	x.Reading.Predicted = w.rng.IntN(3)
	w.step(x)
}

func randomConfig(rng *rand.Rand, slots, tenants int) Config {
	c := Config{Slots: slots, HandOff: 30 * time.Microsecond}
	m := Model{}
	for range 1 + rng.IntN(4) {
		m.Warm = append(m.Warm, time.Duration(1+rng.IntN(5000))*time.Microsecond)
		m.Exits = append(m.Exits, Figures{math.NaN(), math.NaN(), math.NaN()})
	}
	c.Models = []Model{m}
	for range tenants {
		c.Weights = append(c.Weights, 1+rng.Float64()*99)
		c.Runs = append(c.Runs, 0)
	}
	return c
}

// chaos offers, cancels and fails at random for a while, and then lets everything end.
func chaos(t *testing.T, seed uint64) *world {
	rng := rand.New(rand.NewPCG(seed, 1))
	w := newWorld(t, seed, randomConfig(rng, 1+rng.IntN(4), 1+rng.IntN(5)))
	w.fail = true
	stop := []*criteria.Criterion{criteria.Never(), parse(t, "confidence >= 0.7", len(w.config.Models[0].Warm)), parse(t, "agreement >= 2 || response_time > 4*ms", len(w.config.Models[0].Warm))}
	for range 300 {
		deadline := tenants.Never
		if w.rng.IntN(2) == 0 {
			deadline = w.now + time.Duration(w.rng.IntN(30_000))*time.Microsecond + 1
		}
		w.offer(w.rng.IntN(len(w.config.Weights)), deadline, stop[w.rng.IntN(len(stop))])
		if w.rng.IntN(4) == 0 {
			w.step(Cancel{Ticket: 1 + uint64(w.rng.IntN(int(w.nextID)+2))})
		}
		until := w.now + time.Duration(w.rng.IntN(4000))*time.Microsecond
		for w.next(until) {
		}
	}
	if seed%2 == 0 {
		w.step(Close{})
	}
	for w.next(tenants.Never) {
	}
	return w
}

func TestEveryTicketEndsExactlyOnce(t *testing.T) {
	for seed := range uint64(200) {
		w := chaos(t, seed)
		if len(w.tickets) != 0 || !w.house.Idle() {
			w.failf("%d of %d tickets have not ended or not been released; idle: %v", len(w.tickets), w.nextID, w.house.Idle())
		}
	}
}

func TestSameTraceSameEffects(t *testing.T) {
	for seed := range uint64(20) {
		if a, b := chaos(t, seed), chaos(t, seed); !slices.Equal(a.log, b.log) {
			t.Fatalf("seed %d: two runs of one trace differ", seed)
		}
	}
}

// Section 6's law, over every interval between two exits at which both tenants had work waiting throughout.
func TestBackloggedTenantsShareByWeight(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 2))
		slots := []int{1, 2, 4}[seed%3]
		w := newWorld(t, seed, randomConfig(rng, slots, 2+rng.IntN(3)))
		n := len(w.config.Weights)
		// Guesses are wrong by a constant factor for each tenant, so that corrections matter.
		skew := make([]float64, n)
		for i := range skew {
			skew[i] = 0.2 + 3*rng.Float64()
		}
		base := w.service
		w.service = func(tenant, segment int) time.Duration {
			return time.Duration(skew[tenant] * float64(base(tenant, segment)))
		}
		var past [][]float64 // normalised busy time of each tenant at every step
		for range 400 {
			for i := range n {
				w.fill(2*slots, i)
			}
			w.next(tenants.Never)
			now := make([]float64, n)
			for i := range now {
				now[i] = w.busy[i].Seconds() / w.config.Weights[i]
			}
			past = append(past, now)
		}
		w.checkLaw(past)
	}
}

func (w *world) checkLaw(past [][]float64) {
	n := len(w.config.Weights)
	for i := range n {
		for j := range i {
			bound := float64(w.config.Slots+1) * (w.largest[i].Seconds()/w.config.Weights[i] + w.largest[j].Seconds()/w.config.Weights[j])
			low, high := math.Inf(1), math.Inf(-1)
			for _, at := range past {
				low, high = min(low, at[i]-at[j]), max(high, at[i]-at[j])
			}
			if high-low > bound {
				w.failf("tenants %d and %d drift apart by %.6f, the law allows %.6f", i, j, high-low, bound)
			}
		}
	}
}

// A tenant that sends one request after the other cannot use more than one of two slots, whatever its share. What it did
// not use is not owed to it: when it sends a burst, the others go on.
func TestSerialTenantBanksNoCredit(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 3))
		c := randomConfig(rng, 2, 2)
		c.Weights = []float64{90, 10}
		w := newWorld(t, seed, c)
		alive := w.offer(0, tenants.Never, criteria.Never())
		for w.now < 2*time.Second {
			w.fill(4, 1)
			if w.tickets[alive.ID] == nil {
				alive = w.offer(0, tenants.Never, criteria.Never())
			}
			w.next(tenants.Never)
		}
		before := w.busy[1]
		burst := w.now
		for w.now < burst+500*time.Millisecond {
			w.fill(4, 0, 1)
			w.next(tenants.Never)
		}
		share := (w.busy[1] - before).Seconds() / (2 * (w.now - burst).Seconds())
		if share < 0.07 {
			w.failf("in the half second after the serial tenant's burst the other had %.3f of the machine, its share is 0.1", share)
		}
	}
}

// Whoever sleeps must not lose its debt, nor gain credit.
func TestSleeperGainsNothing(t *testing.T) {
	c := Config{Slots: 1, Models: []Model{{Warm: []time.Duration{time.Millisecond}, Exits: []Figures{{}}}}, Weights: []float64{1, 1}, Runs: []int{0, 0}}
	w := newWorld(t, 0, c)
	for w.now < time.Second {
		w.fill(4, 0)
		w.next(tenants.Never)
	}
	start := slices.Clone(w.busy)
	for w.now < 2*time.Second {
		w.fill(4, 0, 1)
		w.next(tenants.Never)
	}
	a, b := (w.busy[0] - start[0]).Seconds(), (w.busy[1] - start[1]).Seconds()
	if math.Abs(a-b) > 0.01 {
		w.failf("after the sleeper woke the two had %.3f s and %.3f s", a, b)
	}
}

func TestServiceQuantileConverges(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	s := newService(time.Millisecond)
	above, n := 0, 20000
	for i := range n {
		x := time.Duration(float64(4*time.Millisecond) * (0.5 + rng.Float64()))
		if i > n/2 && x > s.likely() {
			above++
		}
		s.observe(x)
	}
	if f := float64(above) / float64(n/2); f < 0.03 || f > 0.07 {
		t.Errorf("%.3f of the runs lie above what 95 %% should lie below", f)
	}
	if m := s.expected(); m < 3*time.Millisecond || m > 5*time.Millisecond {
		t.Errorf("the mean is %s, want 4ms", m)
	}
}

func BenchmarkStep(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		b.Run(fmt.Sprintf("tenants=%d", n), func(b *testing.B) {
			c := Config{Slots: 2, Models: []Model{{Warm: make([]time.Duration, 4), Exits: make([]Figures, 4)}}}
			for i := range n {
				c.Weights = append(c.Weights, float64(1+i%7))
				c.Runs = append(c.Runs, 0)
			}
			s, err := New(c)
			if err != nil {
				b.Fatal(err)
			}
			never, now := criteria.Never(), time.Duration(0)
			tickets := make([]tenants.Ticket, n)
			var pending []Run
			take := func(effects []Effect) {
				for _, e := range effects {
					switch x := e.(type) {
					case Run:
						pending = append(pending, x)
					case End:
						*x.Ticket = tenants.Ticket{ID: x.Ticket.ID + uint64(n), Tenant: x.Ticket.Tenant, Deadline: now + time.Hour, Criterion: never}
					}
				}
			}
			for i := range tickets {
				tickets[i] = tenants.Ticket{ID: uint64(i + 1), Tenant: int32(i), Deadline: time.Hour, Criterion: never}
				take(s.Step(now, Offer{Ticket: &tickets[i]}))
			}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				x := pending[0]
				pending = append(pending[:0], pending[1:]...)
				now += time.Millisecond
				k := x.Ticket
				last := k.Exit == 3
				take(s.Step(now, Exited{Run: x.Run, Usage: stages.Usage{Busy: time.Millisecond}}))
				if last {
					take(s.Step(now, Offer{Ticket: k}))
				}
			}
		})
	}
}
