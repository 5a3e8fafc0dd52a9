package scheduler

import (
	"math"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/tenants"
)

// oneSegment is a house with one slot and a model of one segment that is thought to take a warm time and takes another.
func oneSegment(t *testing.T, warm, real time.Duration, weights ...float64) *world {
	c := Config{Slots: 1, Models: []Model{{Warm: []time.Duration{warm}, Exits: []Figures{{}}}}, Weights: weights, Runs: make([]int, len(weights))}
	w := newWorld(t, 0, c)
	w.service = func(int, int) time.Duration { return real }
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
	w.service = func(int, int) time.Duration { return 5 * time.Millisecond }
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

// Small weights make virtual time run fast; it is set back on the way, and the law holds across.
func TestTheLawHoldsWhileVirtualTimeIsSetBack(t *testing.T) {
	w := oneSegment(t, 10*time.Millisecond, 10*time.Millisecond, 1e-3, 2e-3, 5e-3)
	var past [][]float64
	fell := 0
	last := 0.0
	for range 20_000 {
		w.fill(2, 0, 1, 2)
		w.next(tenants.Never)
		if w.house.virtual < last {
			fell++
		}
		last = w.house.virtual
		now := make([]float64, 3)
		for i := range now {
			now[i] = w.busy[i].Seconds() / w.config.Weights[i]
		}
		past = append(past, now)
	}
	if fell == 0 || w.house.virtual > 2*maxVirtual {
		t.Fatalf("virtual time is %g and was set back %d times: the test tests nothing", w.house.virtual, fell)
	}
	w.checkLaw(past)
}

// A stage that restarts after a long time has held its slot, and its tenant pays.
func TestARestartIsCharged(t *testing.T) {
	w := oneSegment(t, time.Millisecond, time.Hour, 1, 1)
	w.offer(0, tenants.Never, criteria.Never())
	before := w.house.tenants[0].tag
	w.now = 5 * time.Second
	delete(w.running, 1)
	w.tickets[1].run = 0
	w.step(Restarted{})
	if paid := w.house.tenants[0].tag - before; math.Abs(paid-4.999) > 0.01 {
		t.Errorf("five seconds of a slot cost %.3f s beside the first guess", paid)
	}
}
