package tenants

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/delen-edge/delen/internal/trials"
)

// asked has requests come at a rate for a while, at random, and counts how often the rate is told anew.
func asked(a *arrivals, rng *rand.Rand, from, until time.Duration, rate func(time.Duration) float64) (told int) {
	for now := from; now < until; {
		r := rate(now)
		next := now + time.Duration(rng.ExpFloat64()/r*float64(time.Second))
		for s := now/time.Second + 1; s*time.Second < min(next, until); s++ {
			if a.moved(s * time.Second) {
				told++
			}
		}
		if now = next; now < until {
			a.came(now)
		}
	}
	return told
}

func steady(rate float64) func(time.Duration) float64 {
	return func(time.Duration) float64 { return rate }
}

// A rate is learnt, and chance is no move: in 200 seconds it is told a few times, and then about right.
func TestASteadyRateIsToldAFewTimes(t *testing.T) {
	for _, rate := range []float64{0.5, 3, 20, 200, 5000} {
		for seed := range uint64(trials.Pick(20, 4)) {
			a := arrivals{}
			told := asked(&a, rand.New(rand.NewPCG(seed, 1)), 0, 200*time.Second, steady(rate))
			if told < 1 || told > 8 {
				t.Errorf("seed %d: a steady %g/s is told %d times", seed, rate, told)
			}
			if slack := 0.35 + 3/math.Sqrt(rate); math.Abs(a.told-rate) > slack*rate {
				t.Errorf("seed %d: a steady %g/s is told as %g/s", seed, rate, a.told)
			}
		}
	}
}

// A move by much is seen within two seconds, and a smaller one within the longest memory.
func TestAMoveIsSeen(t *testing.T) {
	for _, test := range []struct {
		from, to float64
		within   time.Duration
	}{
		{20, 80, 2 * time.Second}, {80, 10, 3 * time.Second}, {200, 300, 2 * time.Second}, {50, 75, 17 * time.Second}, {5, 0.001, 17 * time.Second},
	} {
		for seed := range uint64(20) {
			a, rng := arrivals{}, rand.New(rand.NewPCG(seed, 2))
			const step = 60 * time.Second
			asked(&a, rng, 0, step, steady(test.from))
			before := a.told
			if told := asked(&a, rng, step, step+test.within, steady(test.to)); told == 0 || math.Abs(a.told-test.to) > math.Abs(a.told-before) {
				t.Errorf("seed %d: %s after a step from %g/s to %g/s it is told as %g/s", seed, test.within, test.from, test.to, a.told)
			}
		}
	}
}

// A rate that is learnt by luck, a few requests in a row, is put right, and chance is no move of a slow one either: in an hour it
// is told a few times.
func TestASlowRateIsToldAsItIs(t *testing.T) {
	const tenants = 30
	for _, rate := range []float64{0.1, 0.3, 1, 3} {
		sum, told := 0.0, 0
		for seed := range uint64(tenants) {
			a := arrivals{}
			told += asked(&a, rand.New(rand.NewPCG(seed, 4)), 0, time.Hour, steady(rate))
			sum += a.told
			if a.told > 2.5*rate || a.told < rate/2.5 {
				t.Errorf("seed %d: after an hour of %g/s it is told as %g/s", seed, rate, a.told)
			}
		}
		t.Logf("%g/s for an hour: told %.1f times, at last as %.3g/s in the mean", rate, float64(told)/tenants, sum/tenants)
		if mean := sum / tenants; math.Abs(mean-rate) > 0.15*rate || told > 10*tenants {
			t.Errorf("%d tenants that are asked %g/s for an hour are told of %d times, at last as %g/s in the mean", tenants, rate, told, mean)
		}
	}
}

// A tenant that was seldom asked and is not asked any more holds no room for long.
func TestSilenceIsSeen(t *testing.T) {
	for _, rate := range []float64{0.05, 0.1, 0.5, 0.9, 3} {
		for seed := range uint64(20) {
			a, rng := arrivals{}, rand.New(rand.NewPCG(seed, 5))
			asked(&a, rng, 0, time.Hour, steady(rate))
			before := a.told
			for now := time.Hour; now < 2*time.Hour; now += time.Second {
				a.moved(now)
			}
			if before == 0 || a.told > 0.01 {
				t.Errorf("seed %d: %g/s is told as %g/s, and as %g/s after an hour of silence", seed, rate, before, a.told)
			}
		}
	}
}

// A tenant that slept for hours and one that was never asked count nothing but what they were asked.
func TestSleepIsNoRequest(t *testing.T) {
	a, rng := arrivals{}, rand.New(rand.NewPCG(1, 3))
	asked(&a, rng, 0, 60*time.Second, steady(50))
	if !a.moved(5*time.Hour) || a.told != 0 {
		t.Errorf("after hours without a request the rate is %g/s", a.told)
	}
	asked(&a, rng, 5*time.Hour, 5*time.Hour+30*time.Second, steady(50))
	if math.Abs(a.told-50) > 15 {
		t.Errorf("half a minute after that it is told as %g/s, and is 50/s", a.told)
	}
}
