package scheduler

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/tenants"
)

// aloneHouse is a world without lending, whose guests send bursts and pauses, and whose guesses are wrong.
func aloneHouse(t *testing.T, seed uint64) *world {
	rng := rand.New(rand.NewPCG(seed, 31))
	c := randomConfig(rng, []int{1, 2, 4}[seed%3], 2+rng.IntN(4))
	if seed/3%2 == 1 {
		c.batch(rng)
	}
	c.Policy = NonCooperative
	return newWorld(t, seed, rng, c)
}

// burst sends a few requests, and lets time pass.
func (w *world) burst() {
	who := w.pick.IntN(len(w.guests))
	for n := w.pick.IntN(12); n > 0 && w.live(w.guests[who]) < 40; n-- {
		w.offer(who, tenants.Never, criteria.Never())
	}
	for until := w.now + w.upTo(20*time.Millisecond); w.next(until); {
	}
}

// For every tenant and every interval: what it is charged for the runs that begin and end in it is no more than what is
// poured, the depth of the bucket and one run for each slot. An interval begins where the excess over the rate is least.
func TestNobodyHasMoreThanItsBucket(t *testing.T) {
	parked := 0
	for seed := range uint64(trials.Pick(60, 6)) {
		w := aloneHouse(t, seed)
		least := make([]float64, len(w.guests))
		depth := make([]float64, len(w.guests))
		weights := 0.0
		for _, g := range w.guests {
			weights += g.Weight
		}
		for range 300 {
			w.burst()
			parked += w.house.parked.Len()
			for i, g := range w.guests {
				excess := g.busy.Seconds() - g.Weight/weights*float64(w.config.Slots)*w.now.Seconds()
				least[i], depth[i] = min(least[i], excess), max(depth[i], w.house.depth(w.house.tenants[i]))
				if bound := depth[i] + float64(w.config.Slots)*g.largest; excess-least[i] > bound {
					w.failf("tenant %d has had %.6f s more than its rate, the law allows %.6f", i, excess-least[i], bound)
				}
			}
		}
	}
	if parked == 0 {
		t.Error("nobody was ever out of tokens: the test tests nothing")
	}
}

// twinBuckets are filled at every step, dumbly.
type twinBuckets struct {
	w       *world
	levels  []float64
	busy    []time.Duration
	guesses map[*flight]float64 // of a row
	last    time.Duration
}

// pour fills the buckets up to now.
func (b *twinBuckets) pour() {
	weights := 0.0
	for _, g := range b.w.guests {
		weights += g.Weight
	}
	for i, g := range b.w.guests {
		if i == len(b.levels) {
			b.levels, b.busy = append(b.levels, leastDepth), append(b.busy, 0)
		}
		b.levels[i] = min(leastDepth, b.levels[i]+(b.w.now-b.last).Seconds()*float64(b.w.config.Slots)*g.Weight/weights)
	}
	b.last = b.w.now
}

// take takes what has been charged since the last time: corrections of runs that came back, then guesses of those that began.
func (b *twinBuckets) take() {
	for f, guess := range b.guesses {
		if b.w.running[f.run.Run] == nil {
			b.levels[f.books[0].guest.index] += guess
			delete(b.guesses, f)
		}
	}
	for i, g := range b.w.guests {
		b.levels[i] = min(leastDepth, b.levels[i]-(g.busy-b.busy[i]).Seconds())
		b.busy[i] = g.busy
	}
	for _, f := range b.w.running {
		if _, ok := b.guesses[f]; !ok {
			b.guesses[f] = b.w.house.slots[f.run.Slot].run.rows[0].charged
			b.levels[f.books[0].guest.index] -= b.guesses[f]
		}
	}
}

// check holds the house's buckets against these.
func (b *twinBuckets) check() {
	b.pour()
	b.take()
	for i := range b.w.guests {
		h := b.w.house.tenants[i]
		if got := b.w.house.tokens(h); math.Abs(got-b.levels[i]) > 1e-6 {
			b.w.failf("tenant %d has %.9f s of tokens, the twin says %.9f", i, got, b.levels[i])
		}
		if h.at >= 0 && b.levels[i] < -1e-6 || h.parked >= 0 && b.levels[i] > 1e-6 && b.w.house.free() >= 0 {
			b.w.failf("tenant %d waits=%v, is parked=%v and has %.9f s", i, h.at >= 0, h.parked >= 0, b.levels[i])
		}
	}
}

// While the depth is constant, the twin says the same of who has how much and of who may start.
func TestBucketsAreFilledAsIfAtEveryStep(t *testing.T) {
	parked := 0
	for seed := range uint64(trials.Pick(30, 6)) {
		rng := rand.New(rand.NewPCG(seed, 32))
		c := randomConfig(rng, []int{1, 2, 4}[seed%3], 2+rng.IntN(4))
		for _, warm := range c.Models[0].Warm {
			warm[0] = min(warm[0], 2*time.Millisecond)
		}
		c.Policy = NonCooperative
		w := newWorld(t, seed, rng, c)
		twin := twinBuckets{w: w, guesses: map[*flight]float64{}}
		for range 600 {
			twin.pour()
			switch index := rng.IntN(len(w.guests) + 1); rng.IntN(30) {
			case 0:
				w.join(index, Tenant{Weight: 1 + 99*w.chance()})
			case 1:
				w.change(index, Tenant{Weight: 1 + 99*w.chance()})
			default:
				w.offer(index%len(w.guests), tenants.Never, criteria.Never())
			}
			twin.check()
			for until := w.now + w.upTo(3*time.Millisecond); w.next(until); {
				twin.check()
			}
			parked += w.house.parked.Len()
		}
	}
	if parked == 0 {
		t.Error("nobody was ever out of tokens: the test tests nothing")
	}
}

// What is poured between two steps may be less than the last digit of what has been poured, and yet it adds up.
func TestBucketsOfLargeWeightsFillAfterThoseOfSmallOnes(t *testing.T) {
	c := oneSegment(t, time.Millisecond, time.Millisecond, 1e-3).config
	c.Policy = NonCooperative
	w := newWorld(t, 1, rand.New(rand.NewPCG(1, 1)), c)
	w.now = 3 * time.Second
	w.step(Tick{})
	for i := range 100 {
		w.join(1+i, Tenant{Weight: 1e6})
	}
	s := w.house
	before, start := s.poured, s.last
	const steps, each = 100_000, 20 * time.Microsecond
	for i := range time.Duration(steps) {
		s.Step(start+(i+1)*each, Cancel{Ticket: 1 << 60})
	}
	if got, want := s.poured-before, (steps*each).Seconds()*s.rate(); math.Abs(got-want) > 0.01*want {
		t.Errorf("%g was poured, want %g", got, want)
	}
}
