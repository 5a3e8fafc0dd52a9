package tenants

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/delen-edge/delen/internal/trials"
)

// fate bets on observations of which a fraction disagrees that changes once, and says after how many it has won, or 0.
func fate(rng *rand.Rand, limit, before, after float64, change, most int, against bool) (at int, w *wager) {
	w = &wager{}
	for n := range most {
		d := before
		if n >= change {
			d = after
		}
		if w.take(rng.Float64() < d, limit, against); w.won() >= 1/foundLevel {
			return n + 1, w
		}
	}
	return 0, w
}

// A wager against what is true wins once in a hundred at most, though it is looked at after every observation. The bound of the
// test is that of a hundredth and four standard deviations.
func TestAWagerSeldomWinsAgainstTheTruth(t *testing.T) {
	const most = 1500
	runs := trials.Pick(2000, 200)
	bound := int(float64(runs) * (foundLevel + 4*math.Sqrt(foundLevel*(1-foundLevel)/float64(runs))))
	for _, limit := range []float64{0.02, 0.1, 0.4} {
		for _, against := range []bool{true, false} {
			won := 0
			for seed := range uint64(runs) {
				rng := rand.New(rand.NewPCG(seed, 9))
				if at, _ := fate(rng, limit, limit, limit, 0, most, against); at > 0 {
					won++
				}
			}
			t.Logf("limit %g, against at most %v: %d of %d won", limit, against, won, runs)
			if won > bound {
				t.Errorf("limit %g, against at most %v: %d of %d won, want at most %d", limit, against, won, runs, bound)
			}
		}
	}
}

// In the mean a wager against the truth keeps what it has: no bet and no start adds anything. Eight observations, all that may
// come of them, each with its probability; and limits that are other ones each time.
func TestAWagerIsFair(t *testing.T) {
	limits := []float64{0.1, 0.3, 0.05, 0.5, 0.2, 0.9, 0.1, 0.4}
	for _, against := range []bool{true, false} {
		mean := 0.0
		for pattern := range 1 << len(limits) {
			w, p := wager{seen: startEvery - 4}, 1.0 // a start is among them
			for i := range limits {
				disagrees := pattern>>i&1 == 1
				if w.take(disagrees, limits[i], against); disagrees {
					p *= limits[i]
				} else {
					p *= 1 - limits[i]
				}
			}
			mean += p * w.won()
		}
		if want := 0.5; math.Abs(mean-want) > 1e-12 { // the first half would have been betted before
			t.Errorf("against at most %v: it has %g in the mean, want %g", against, mean, want)
		}
	}
}

// A change is found soon after it, also after a long time in which there was none.
func TestAWagerFindsAChange(t *testing.T) {
	for _, c := range []struct {
		before, after float64
		change, most  int
	}{{0.05, 0.3, 0, 80}, {0.05, 0.3, 10_000, 180}, {0.05, 0.5, 10_000, 80}, {0.08, 0.2, 1000, 500}} {
		late, early, sum := 0, 0, 0
		runs := trials.Pick(200, 40)
		for seed := range uint64(runs) {
			rng := rand.New(rand.NewPCG(seed, 10))
			at, w := fate(rng, 0.1, c.before, c.after, c.change, c.change+10*c.most, true)
			switch {
			case at > 0 && at <= c.change:
				early++
			case at == 0 || at > c.change+c.most:
				late++
			default:
				sum += at - c.change
				if agree, of := w.since(); of < 1 || agree >= of {
					t.Errorf("%d of %d agree since the change", agree, of)
				}
			}
		}
		t.Logf("%+v: found after %d in the mean, %d late, %d before", c, sum/max(1, runs-late-early), late, early)
		if late > runs/10 || early > runs/20 {
			t.Errorf("%+v: %d of %d are late, %d too early", c, late, runs, early)
		}
	}
}
