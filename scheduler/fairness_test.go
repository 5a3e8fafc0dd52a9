package scheduler

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/tenants"
)

// A ledger holds the normalised busy time of some tenants at every step: what the law speaks of.
type ledger struct {
	w     *world
	who   []*guest
	past  [][]float64
	least []float64 // effective weight
}

func (l *ledger) write() {
	now := make([]float64, len(l.who))
	if l.least == nil {
		l.least = slices.Repeat([]float64{math.Inf(1)}, len(l.who))
	}
	for i, g := range l.who {
		now[i] = g.normal
		l.least[i] = min(l.least[i], l.w.weight(g))
	}
	l.past = append(l.past, now)
}

// check holds the law against every interval between two steps at which all had work waiting throughout.
func (l *ledger) check() {
	l.w.t.Helper()
	if len(l.past) == 0 {
		return
	}
	for i, a := range l.who {
		for j, b := range l.who[:i] {
			bound := float64(l.w.config.Slots+1) * (a.largest/l.least[i] + b.largest/l.least[j])
			low, high := math.Inf(1), math.Inf(-1)
			for _, at := range l.past {
				low, high = min(low, at[i]-at[j]), max(high, at[i]-at[j])
			}
			if high-low > bound {
				l.w.failf("tenants %d and %d drift apart by %.6f, the law allows %.6f", i, j, high-low, bound)
			}
		}
	}
}

// busyHouse is a world whose guesses are wrong by a constant factor for each tenant, so that corrections matter.
func busyHouse(t *testing.T, seed, stream uint64) *world {
	rng := rand.New(rand.NewPCG(seed, stream))
	c := randomConfig(rng, []int{1, 2, 4}[seed%3], 2+rng.IntN(3))
	if seed/3%2 == 1 {
		c.batch(rng)
	}
	w := newWorld(t, seed, rng, c)
	skew := make([]float64, 100)
	for i := range skew {
		skew[i] = 0.2 + 3*rng.Float64()
	}
	base := w.service
	w.service = func(g *guest, segment int) time.Duration {
		return time.Duration(skew[g.index] * float64(base(g, segment)))
	}
	return w
}

func (w *world) all() (who []int) {
	for i := range w.guests {
		who = append(who, i)
	}
	return who
}

func TestBackloggedTenantsShareByWeight(t *testing.T) {
	for seed := range uint64(trials.Pick(60, 10)) {
		w := busyHouse(t, seed, 2)
		books := ledger{w: w, who: w.guests}
		for range 400 {
			w.fill(8*w.config.Slots, w.all()...)
			w.next(tenants.Never)
			books.write()
		}
		books.check()
	}
}

// Others come and go, change their weights, send bursts and crash stages: it is nothing to those who stay.
func TestTheLawHoldsAmongThoseWhoStay(t *testing.T) {
	for seed := range uint64(trials.Pick(60, 10)) {
		w := busyHouse(t, seed, 4)
		stay := w.all()
		books := ledger{w: w, who: append([]*guest(nil), w.guests...)}
		for range 400 {
			w.fill(8*w.config.Slots, stay...)
			other := len(stay) + w.pick.IntN(1+len(w.guests)-len(stay))
			switch w.pick.IntN(6) {
			case 0:
				w.join(other, random(w.pick))
			case 1:
				w.leave(other)
			case 2:
				w.change(other, random(w.pick))
			case 3:
				w.crash(Crashed{Slot: w.pick.IntN(w.config.Slots), Err: errors.New("boom")})
			default:
				w.offer(other, tenants.Never, criteria.Never())
			}
			w.next(tenants.Never)
			books.write()
		}
		books.check()
	}
}

// From the very moment that weights change, the law holds with the new ones: no tenant waits for the others to catch up
// with what it owed by its old weight, nor do they wait for it.
func TestTheLawHoldsFromAChangeOfWeightsOn(t *testing.T) {
	for seed := range uint64(trials.Pick(60, 10)) {
		w := busyHouse(t, seed, 5)
		for range 10 {
			w.fill(8*w.config.Slots, w.all()...)
			for i := range w.guests {
				w.change(i, Tenant{Weight: math.Pow(10, 3*w.chance())})
			}
			books := ledger{w: w, who: w.guests}
			for range 50 {
				w.fill(8*w.config.Slots, w.all()...)
				books.write()
				w.next(tenants.Never)
			}
			books.check()
		}
	}
}

// Small weights make virtual time run fast; it is set back on the way, and the law holds across.
func TestTheLawHoldsWhileVirtualTimeIsSetBack(t *testing.T) {
	w := oneSegment(t, 10*time.Millisecond, 10*time.Millisecond, 1e-3, 2e-3, 5e-3)
	books := ledger{w: w, who: w.guests}
	fell, last := 0, 0.0
	for range trials.Pick(20_000, 5_000) {
		w.fill(2, 0, 1, 2)
		w.next(tenants.Never)
		if w.house.virtual < last {
			fell++
		}
		last = w.house.virtual
		books.write()
	}
	if fell == 0 || w.house.virtual > 2*maxVirtual {
		t.Fatalf("virtual time is %g and was set back %d times: the test tests nothing", w.house.virtual, fell)
	}
	books.check()
}

// A tenant that sends one request after the other cannot use more than one of two slots, whatever its share. What it did
// not use is not owed to it: when it sends a burst, the others go on.
func TestSerialTenantBanksNoCredit(t *testing.T) {
	for seed := range uint64(trials.Pick(20, 3)) {
		rng := rand.New(rand.NewPCG(seed, 3))
		c := randomConfig(rng, 2, 0)
		c.Tenants = []Tenant{{Weight: 90}, {Weight: 10}}
		w := newWorld(t, seed, rng, c)
		alive := w.offer(0, tenants.Never, criteria.Never())
		for w.now < 2*time.Second {
			w.fill(4, 1)
			if w.tickets[alive.ID] == nil {
				alive = w.offer(0, tenants.Never, criteria.Never())
			}
			w.next(tenants.Never)
		}
		before := w.guests[1].busy
		burst := w.now
		for w.now < burst+500*time.Millisecond {
			w.fill(4, 0, 1)
			w.next(tenants.Never)
		}
		share := (w.guests[1].busy - before).Seconds() / (2 * (w.now - burst).Seconds())
		if share < 0.07 {
			w.failf("in the half second after the serial tenant's burst the other had %.3f of the machine, its share is 0.1", share)
		}
	}
}

// Whoever sleeps must not lose its debt, nor gain credit; nor does whoever joins late, or anew where another was.
func TestSleeperGainsNothing(t *testing.T) {
	for name, arrive := range map[string]func(*world){
		"sleeps": func(w *world) {},
		"joins": func(w *world) {
			w.leave(1)
			w.join(1, Tenant{Weight: 1})
		},
	} {
		w := oneSegment(t, time.Millisecond, time.Millisecond, 1, 1)
		for w.now < time.Second {
			w.fill(4, 0)
			w.next(tenants.Never)
		}
		arrive(w)
		start := [2]time.Duration{w.guests[0].busy, w.guests[1].busy}
		for w.now < 2*time.Second {
			w.fill(4, 0, 1)
			w.next(tenants.Never)
		}
		a, b := (w.guests[0].busy - start[0]).Seconds(), (w.guests[1].busy - start[1]).Seconds()
		if math.Abs(a-b) > 0.01 {
			w.failf("after one %s the two had %.3f s and %.3f s", name, a, b)
		}
	}
}
