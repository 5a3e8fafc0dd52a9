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
