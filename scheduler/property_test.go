package scheduler

import (
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/tenants"
)

func randomConfig(pick source, slots, tenants int) Config {
	c := Config{Slots: slots, HandOff: 30 * time.Microsecond, Fairness: 1}
	m := Model{}
	for range 1 + pick.IntN(4) {
		m.Warm = append(m.Warm, []time.Duration{time.Duration(1+pick.IntN(5000)) * time.Microsecond})
		m.Power = append(m.Power, float64(1+pick.IntN(10)))
		m.Exits = append(m.Exits, Figures{math.NaN(), math.NaN(), math.NaN()})
	}
	c.Models = []Model{m}
	for range tenants {
		c.Tenants = append(c.Tenants, Tenant{Weight: 1 + 99*float64(pick.IntN(1000))/1000})
	}
	return c
}

// batch lets runs have several rows, some of little use.
func (c *Config) batch(pick source) {
	for _, m := range c.Models {
		for i := range m.Warm {
			for range pick.IntN(4) {
				more := time.Duration(float64(m.Warm[i][0]) * float64(pick.IntN(5)) / 4)
				m.Warm[i] = append(m.Warm[i], m.Warm[i][len(m.Warm[i])-1]+more)
			}
		}
	}
}

func randomRule(pick source) Rule {
	return Rule{Policy: []Policy{Cooperative, NonCooperative, FirstCome}[pick.IntN(3)], Fairness: float64(pick.IntN(3)) / 2}
}

// random is a tenant of any weight, some with little room.
func random(pick source) Tenant {
	t := Tenant{Weight: math.Pow(10, float64(pick.IntN(7)-2))}
	if pick.IntN(2) == 0 {
		t.Room = 1 + pick.IntN(4)
	}
	return t
}

// chaos does whatever can happen, at random as long as there is more to do, and then lets everything end.
func chaos(t testing.TB, seed uint64, pick source, more func() bool, trace bool) *world {
	c := randomConfig(pick, 1+pick.IntN(4), 1+pick.IntN(4))
	for i := range c.Tenants {
		c.Tenants[i] = random(pick)
	}
	if pick.IntN(2) == 0 {
		c.RunLimit = time.Duration(1+pick.IntN(20)) * time.Millisecond
	}
	c.batch(pick)
	rule := randomRule(pick)
	c.Policy, c.Fairness, c.Clones = rule.Policy, rule.Fairness, pick.IntN(4)
	w := newWorld(t, seed, pick, c)
	w.wild, w.trace, w.crowded = true, trace, float64(pick.IntN(3))/4
	segments := len(c.Models[0].Warm)
	stop := []*criteria.Criterion{nil, criteria.Never(), parse(t, "confidence >= 0.7", segments), parse(t, "agreement >= 2 || response_time > 4*ms", segments)}
	for more() {
		w.something(stop)
		for until := w.now + w.upTo(4*time.Millisecond); w.next(until); {
		}
	}
	if pick.IntN(2) == 0 {
		w.close()
	}
	for w.next(tenants.Never) {
	}
	if len(w.tickets) != 0 || !w.house.Idle() {
		w.failf("%d of %d tickets have not ended or not been released; idle: %v", len(w.tickets), w.nextID, w.house.Idle())
	}
	return w
}

// something is one event from outside: mostly an offer.
func (w *world) something(stop []*criteria.Criterion) {
	index := w.pick.IntN(len(w.guests) + 1)
	switch w.pick.IntN(20) {
	case 0:
		w.step(Cancel{Ticket: 1 + uint64(w.pick.IntN(int(w.nextID)+2))})
	case 1:
		w.leave(index)
	case 2, 3:
		w.join(index, random(w.pick))
	case 4:
		w.change(index, random(w.pick))
	case 5:
		w.assign(index, Plan{Criterion: stop[w.pick.IntN(len(stop))], Version: w.nextID})
	case 6:
		w.rule(randomRule(w.pick))
	case 7:
		w.crash(Crashed{Segment: w.pick.IntN(len(w.config.Models[0].Warm)), Slot: w.pick.IntN(w.config.Slots), Err: errors.New("idle")})
	default:
		deadline := tenants.Never
		if w.pick.IntN(2) == 0 {
			deadline = w.now + w.upTo(30*time.Millisecond) + 1
		}
		w.offer(index, deadline, stop[w.pick.IntN(len(stop))])
	}
}

// times is a walk of a number of events.
func times(n int) func() bool {
	return func() bool { n--; return n >= 0 }
}

func walk(t *testing.T, seed uint64, trace bool) *world {
	return chaos(t, seed, rand.New(rand.NewPCG(seed, 1)), times(300), trace)
}

func TestEveryTicketEndsExactlyOnce(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(trials.Pick(200, 60)) {
		for what, n := range walk(t, seed, testing.Verbose()).seen {
			seen[what] += n
		}
	}
	t.Log(seen)
	if len(seen) != 7 || slices.Min(slices.Collect(maps.Values(seen))) < 20 {
		t.Errorf("too little has happened: %v", seen)
	}
}

func TestSameTraceSameEffects(t *testing.T) {
	for seed := range uint64(20) {
		if a, b := walk(t, seed, true), walk(t, seed, true); !slices.Equal(a.log, b.log) {
			t.Fatalf("seed %d: two runs of one trace differ", seed)
		}
	}
}

// tape is a source that is read from bytes; at their end there is nothing but 0.
type tape struct{ left []byte }

func (p *tape) IntN(n int) int {
	value := 0
	for most := n - 1; most > 0 && len(p.left) > 0; most >>= 8 {
		value = value<<8 | int(p.left[0])
		p.left = p.left[1:]
	}
	return value % n
}

// Whatever happens in whatever order, the laws hold: chaos checks them after every step.
func FuzzStep(f *testing.F) {
	rng := rand.New(rand.NewPCG(1, 8))
	for range 4 {
		data := make([]byte, 200)
		for i := range data {
			data[i] = byte(rng.IntN(256))
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		events := &tape{data[:min(len(data), 4096)]}
		chaos(t, 0, events, func() bool { return len(events.left) > 0 }, testing.Verbose())
	})
}
