package scheduler

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/tenants"
)

// oneSegment is a house with one slot and a model of one segment that is thought to take a warm time and takes another.
func oneSegment(t *testing.T, warm, real time.Duration, weights ...float64) *world {
	c := Config{Slots: 1, Models: []Model{{Warm: [][]time.Duration{{warm}}, Exits: []Figures{{}}}}}
	for _, w := range weights {
		c.Tenants = append(c.Tenants, Tenant{Weight: w})
	}
	w := newWorld(t, 0, rand.New(rand.NewPCG(0, 99)), c)
	w.service = func(*guest, int) time.Duration { return real }
	return w
}

// A segment that takes longer than the deadline must not be started again and again, though no run of it ever ends in time.
func TestRunsThatPassTheirDeadlineAreLearntFrom(t *testing.T) {
	w := oneSegment(t, 5*time.Millisecond, 15*time.Millisecond, 1)
	const offered = 2000
	for range offered {
		w.offer(0, w.now+10*time.Millisecond, criteria.Never())
		for until := w.now + 50*time.Millisecond; w.next(until); {
		}
	}
	if started := w.house.lastRun; started > offered/5 {
		t.Errorf("%d of %d hopeless requests were run", started, offered)
	}
}

// One run of nine seconds must not keep work of five milliseconds from running for minutes.
func TestOneSlowRunIsForgotten(t *testing.T) {
	w := oneSegment(t, 5*time.Millisecond, 9*time.Second, 1, 1)
	w.offer(1, tenants.Never, criteria.Never())
	for w.next(w.now + 10*time.Second) {
	}
	w.service = func(*guest, int) time.Duration { return 5 * time.Millisecond }
	before, refused := w.house.lastRun, 0
	for w.house.lastRun < before+10 {
		w.offer(0, w.now+50*time.Millisecond, criteria.Never())
		if refused++; refused > 1000 {
			t.Fatal("1000 requests were refused after one slow run")
		}
		for until := w.now + 50*time.Millisecond; w.next(until); {
		}
	}
	t.Logf("%d requests were refused before ten ran", refused-10)
}

// A stage that crashes after a long time has held its slot until then, and its tenant pays. What it takes to rebuild it is
// nobody's to pay.
func TestACrashIsChargedAndTheRecoveryIsNot(t *testing.T) {
	w := oneSegment(t, time.Millisecond, 5*time.Second, 1, 1)
	w.offer(0, tenants.Never, criteria.Never())
	before := w.house.tenants[0].tag
	w.slots[0].flight.fate = crashes
	w.next(6 * time.Second)
	w.next(tenants.Never)
	if w.now < 5*time.Second || len(w.slots[0].down) > 0 {
		t.Fatal("the stage has not crashed and recovered: the test tests nothing")
	}
	if paid := w.house.tenants[0].tag - before; math.Abs(paid-4.999) > 1e-9 {
		t.Errorf("five seconds of a slot cost %.3f s beside the first guess", paid)
	}
}

func TestServiceQuantileConverges(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	s := newService([]time.Duration{time.Millisecond})
	above, n := 0, 20000
	for i := range n {
		x := time.Duration(float64(4*time.Millisecond) * (0.5 + rng.Float64()))
		if i > n/2 && x > seconds(s.of(1).p95) {
			above++
		}
		s.observe(1, x.Seconds(), meanGain)
	}
	if f := float64(above) / float64(n/2); f < 0.03 || f > 0.07 {
		t.Errorf("%.3f of the runs lie above what 95 %% should lie below", f)
	}
	if m := seconds(s.of(1).mean); m < 3*time.Millisecond || m > 5*time.Millisecond {
		t.Errorf("the mean is %s, want 4ms", m)
	}
}

// What two segments take beside each other is learnt apart from what each takes alone, and deadlines and charges go by what
// a run will take in the company that it has.
func TestTheSlowdownIsLearnt(t *testing.T) {
	for seed := range uint64(5) {
		w := longHouse(t, 3*seed+1, 41, 6, 1, 1)
		w.crowded = 0.4
		alone := func(g *segment) float64 { return g.service.of(1).mean }
		for w.now < 3*time.Second { // sometimes one, sometimes two
			w.hold(w.pick.IntN(2), 1+w.pick.IntN(2))
			for until := w.now + w.upTo(20*time.Millisecond); w.next(until); {
			}
		}
		factors := w.house.Slowdown()
		if len(factors) != 2 || factors[0] != 1 || factors[1] < 1.25 || factors[1] > 1.55 {
			t.Errorf("seed %d: the slowdown is %v, every second run takes 1.4 times as long", w.seed, factors)
		}
		for i := range w.house.models[0].segments {
			g, warm := &w.house.models[0].segments[i], w.config.Models[0].Warm[i][0].Seconds()
			if x := alone(g) / warm; x < 0.75 || x > 1.25 {
				t.Errorf("seed %d: segment %d is thought to take %.2f times what it does alone", w.seed, i+1, x)
			}
			if x := w.house.expected(g, 1, 2) / alone(g); math.Abs(x-factors[1]) > 1e-9 {
				t.Errorf("in company it is expected to take %.2f times as long, want %.2f", x, factors[1])
			}
		}
	}
}

// Of a number of rows that has not run yet, the time follows from the warm one and from how the others have changed.
func TestUnseenRowCountsFollowTheOthers(t *testing.T) {
	s := newService([]time.Duration{10 * time.Millisecond, 12 * time.Millisecond, 16 * time.Millisecond})
	for range 200 {
		s.observe(1, 0.020, meanGain)
	}
	for rows, want := range []float64{0.020, 0.024, 0.032} {
		if got := s.of(rows + 1).mean; math.Abs(got-want) > 1e-4 {
			t.Errorf("%d rows should take %.4f s, want %.4f", rows+1, got, want)
		}
	}
	for range 200 {
		s.observe(3, 0.050, meanGain)
	}
	if got := s.of(1).mean; math.Abs(got-0.020) > 1e-4 {
		t.Errorf("what three rows take has changed what one does to %.4f s", got)
	}
	if got := s.of(3).mean; math.Abs(got-0.050) > 1e-4 {
		t.Errorf("three rows should take %.4f s, they took 0.05", got)
	}
}

// Requests that can never be in time do not talk down what others' runs take, however many they are.
func TestHopelessDeadlinesSpoilNoEstimate(t *testing.T) {
	const takes = 10 * time.Millisecond
	w := oneSegment(t, takes, takes, 1, 1)
	hopeless, sensible := time.Duration(0), time.Duration(0)
	for w.now < 10*time.Second {
		switch at := min(hopeless, sensible); {
		case w.next(at):
		case at == sensible:
			w.offer(1, w.now+14*time.Millisecond+w.upTo(20*time.Millisecond), criteria.Never())
			sensible += 5*time.Millisecond + w.upTo(14*time.Millisecond)
		default:
			w.offer(0, w.now+time.Millisecond, criteria.Never())
			hopeless += 200 * time.Microsecond
		}
		if e := w.house.expected(&w.house.models[0].segments[0], 1, 1); e < 0.9*takes.Seconds() {
			t.Fatalf("after %s the estimate of %s is %.3g ms", w.now, takes, 1e3*e)
		}
	}
	if g := w.guests[0]; g.busy > 0 {
		t.Errorf("hopeless requests have run for %s", g.busy)
	}
}

// Also what even the shortest runs took is forgotten, when nothing may run by it.
func TestAFasterMachineIsFoundOut(t *testing.T) {
	w := oneSegment(t, 20*time.Millisecond, 5*time.Millisecond, 1)
	for w.house.lastRun == 0 {
		w.offer(0, w.now+10*time.Millisecond, criteria.Never())
		for until := w.now + 50*time.Millisecond; w.next(until); {
		}
		if w.now > 5*time.Minute {
			t.Fatal("nothing has run for five minutes")
		}
	}
	t.Logf("a run was tried after %s", w.now)
}
