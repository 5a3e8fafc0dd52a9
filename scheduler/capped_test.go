package scheduler

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/tenants"
)

// longHouse is a world whose requests have many segments, so that a tenant with one at a time is seldom asleep.
func longHouse(t *testing.T, seed, stream uint64, segments int, weights ...float64) *world {
	rng := rand.New(rand.NewPCG(seed, stream))
	c := Config{Slots: []int{1, 2, 4}[seed%3], HandOff: 30 * time.Microsecond, Fairness: 1, Models: []Model{{}}}
	m := &c.Models[0]
	for range segments {
		m.Warm = append(m.Warm, []time.Duration{time.Duration(500+rng.IntN(2000)) * time.Microsecond})
		m.Exits = append(m.Exits, Figures{math.NaN(), math.NaN(), math.NaN()})
	}
	for _, weight := range weights {
		c.Tenants = append(c.Tenants, Tenant{Weight: weight})
	}
	return newWorld(t, seed, rng, c)
}

// hold keeps a number of tickets of a guest in the house.
func (w *world) hold(index, tickets int) {
	for w.live(w.guests[index]) < tickets {
		w.offer(index, tenants.Never, criteria.Never())
	}
}

// checkWeights holds the weights that the house charges by against those that the world finds.
func (w *world) checkWeights() {
	for i, g := range w.guests {
		h := w.house.tenants[i]
		if got, want := w.house.weight(h), w.weight(g); math.Abs(got-want) > 1e-6*want {
			w.failf("tenant %d of weight %g with %d tickets counts as %g, want %g", i, g.Weight, g.counted.parallel, got, want)
		}
	}
}

// Between any two tenants that are awake throughout, the law holds with the weights that they can use: serial ones, those
// with a few requests at a time and those with many, whoever else sleeps and wakes.
func TestTheLawHoldsBetweenSerialAndParallelTenants(t *testing.T) {
	checked := 0
	seeds := trials.Pick(60, 6)
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 21))
		var weights []float64
		var most []int
		for range 2 + rng.IntN(3) {
			weights = append(weights, math.Pow(10, 2*rng.Float64()))
			most = append(most, 1+rng.IntN(6))
		}
		w := longHouse(t, seed, 22, 40, append(weights, 10, 1)...)
		books := ledger{w: w, who: w.guests[:len(most)]}
		slept := make([]int, len(w.guests))
		for range 1500 {
			for i, n := range most {
				w.hold(i, n)
			}
			if sleeper := len(most) + rng.IntN(2); rng.IntN(40) == 0 {
				w.hold(sleeper, 1+rng.IntN(6))
			}
			if rng.IntN(400) == 0 {
				w.crash(Crashed{Slot: rng.IntN(w.config.Slots), Err: errors.New("boom")})
			}
			w.next(tenants.Never)
			w.checkWeights()
			for i, g := range books.who {
				if g.slept != slept[i] { // nobody is owed for the time when it slept
					books.check()
					checked += len(books.past)
					books = ledger{w: w, who: books.who}
				}
				slept[i] = g.slept
			}
			books.write()
		}
		books.check()
		checked += len(books.past)
	}
	if checked < seeds*1500/2 {
		t.Errorf("%d steps were checked: the test tests nothing", checked)
	}
}

// In the long run, each tenant has what it would have by water-filling: its share, or what it can use when that is less.
func TestSharesAreFilledLikeWater(t *testing.T) {
	for _, c := range []struct {
		weights []float64
		most    []int // tickets at a time; 0: many
		want    [3][]float64
	}{
		// With one slot nobody is capped. With two and four, a request at a time can use a half and a quarter.
		{[]float64{90, 10}, []int{1, 0}, [3][]float64{{0.9, 0.1}, {0.5, 0.5}, {0.25, 0.75}}},
		{[]float64{60, 20, 20}, []int{1, 0, 0}, [3][]float64{{0.6, 0.2, 0.2}, {0.5, 0.25, 0.25}, {0.25, 0.375, 0.375}}},
		{[]float64{60, 20, 20}, []int{2, 1, 0}, [3][]float64{{0.6, 0.2, 0.2}, {0.6, 0.2, 0.2}, {0.5, 0.25, 0.25}}},
		{[]float64{70, 29, 1}, []int{1, 1, 0}, [3][]float64{{0.7, 0.29, 0.01}, {0.5, 0.483, 0.017}, {0.25, 0.25, 0.5}}},
	} {
		for seed := range uint64(trials.Pick(3, 1)) {
			w := longHouse(t, seed, 23, 400, c.weights...)
			slots := w.config.Slots
			for w.now < 10*time.Second {
				for i, n := range c.most {
					if n == 0 {
						n = 2 * slots
					}
					w.hold(i, n)
				}
				w.next(tenants.Never)
			}
			var all time.Duration
			for _, g := range w.guests {
				all += g.busy
			}
			for i, g := range w.guests {
				if share := g.busy.Seconds() / all.Seconds(); math.Abs(share-c.want[seed][i]) > 0.01 {
					t.Errorf("weights %v with %v tickets, %d slots: tenant %d has %.3f, want %.3f", c.weights, c.most, slots, i, share, c.want[seed][i])
				}
			}
		}
	}
}

// A serial tenant whose requests ride on the turns of others is charged little and served at once. It banks nothing: when it
// sends many at a time the others go on.
func TestWhoRidesBanksNoCredit(t *testing.T) {
	w := longHouse(t, 0, 24, 8000, 90, 10) // awake all the time, with one request
	for i, warm := range w.config.Models[0].Warm {
		for range 3 {
			w.config.Models[0].Warm[i] = append(w.config.Models[0].Warm[i], warm[0])
		}
	}
	w = newWorld(t, 0, w.pick, w.config)
	for w.now < 10*time.Second {
		w.hold(0, 1)
		w.hold(1, 100)
		w.next(tenants.Never)
	}
	before, burst := w.guests[1].busy, w.now
	for w.now < burst+time.Second {
		w.hold(0, 100)
		w.hold(1, 100)
		w.next(tenants.Never)
	}
	if share := (w.guests[1].busy - before).Seconds() / (w.now - burst).Seconds(); share < 0.08 {
		t.Errorf("in the second after the serial tenant's burst the other had %.3f of the machine, its share is 0.1", share)
	}
}

// Whatever the policy, whoever wants something gets it: not less than half of its share while all want as much as there is,
// or, when requests are served as they come, nobody waits for more than what came before.
func TestNobodyStarves(t *testing.T) {
	for _, policy := range []Policy{Cooperative, NonCooperative, FirstCome} {
		for seed := range uint64(trials.Pick(6, 1)) {
			rng := rand.New(rand.NewPCG(seed, 25))
			c := randomConfig(rng, []int{1, 2, 4}[seed%3], 2+rng.IntN(5))
			c.batch(rng)
			c.Policy, c.Clones = policy, 4
			w := newWorld(t, seed, rng, c)
			weights := 0.0
			for _, g := range w.guests {
				weights += g.Weight
			}
			for w.now < 2*time.Second {
				for i := range w.guests {
					w.hold(i, 8*c.Slots)
				}
				w.next(tenants.Never)
			}
			for i, g := range w.guests {
				had, share := g.busy.Seconds()/(float64(c.Slots)*w.now.Seconds()), g.Weight/weights
				if policy == FirstCome {
					share = 1 / float64(len(w.guests)) // all send alike
				}
				if had < share/2 {
					t.Errorf("seed %d, %s: tenant %d had %.3f of the machine, its share is %.3f", seed, policy, i, had, share)
				}
			}
		}
	}
}

// When another tenant comes, who was capped is owed as many seconds as before, not as many seconds per weight: a serial tenant
// does not wait until the other has had a multiple of what it had itself.
func TestTheLawHoldsWhenTheLevelRises(t *testing.T) {
	for _, heavy := range []float64{10, 100, 1000} {
		for seed := range uint64(trials.Pick(9, 1)) {
			w := longHouse(t, 1+3*seed, 77, 100_000, heavy, 1, heavy) // two slots
			step := func(backlogged ...int) {
				w.hold(0, 1)
				for _, i := range backlogged {
					w.hold(i, 6)
				}
				w.next(tenants.Never)
			}
			for w.now < time.Second { // the first has a slot for itself, of which its weight would give it more
				step(1)
			}
			w.hold(2, 6)
			l := ledger{w: w, who: []*guest{w.guests[0], w.guests[2]}}
			for end := w.now + time.Second; w.now < end; {
				l.write()
				step(1, 2)
			}
			l.check()
		}
	}
}
