package sim

import (
	"math"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/stages/profile"
)

// one is a model of one segment, whose time has a median and a 95th percentile.
func one(median, p95 float64) Model {
	return Model{Name: "one", Profile: &profile.Profile{
		Exits:    []profile.Exit{{Name: "only", ResponseTime: &median}},
		Segments: []profile.Segment{{Rows: map[int]profile.Cost{1: {Median: &median, P95: &p95}}}},
	}}
}

// TestAQueueIsWhatTheorySays holds the mean response time of one segment in one slot against the formula of Pollaczek and
// Khinchine for a queue of Poisson arrivals: E[S] + rate*E[S^2] / (2*(1-load)). Where the time does not vary this is the
// M/D/1 queue. The chance error of the mean of 300,000 requests is about a hundredth at a load of .8.
func TestAQueueIsWhatTheorySays(t *testing.T) {
	const median = 0.010
	type theory struct{ load, p95 float64 }
	all := []theory{{0.3, median}, {0.5, 1.5 * median}, {0.8, median}, {0.8, 3 * median}}
	for _, c := range trials.Pick(all, all[:1]) {
		spread := math.Log(c.p95/median) / quantile95
		mean, square := median*math.Exp(spread*spread/2), median*median*math.Exp(2*spread*spread)
		rate := c.load / mean
		want := mean + rate*square/(2*(1-c.load))

		s := house(t)
		s.Slowdown, s.Scheduler.Slots, s.HandOff = nil, 1, 0
		s.Duration = time.Duration(3e5 / rate * float64(time.Second))
		s.Models = []Model{one(median, c.p95)}
		s.Tenants = []Tenant{{Name: "a", Share: 1, Criterion: criteria.Never(), Queue: 1 << 16, Arrivals: poisson(rate)}}
		r := run(t, s)
		if got := *r.Tenants[0].Mean; math.Abs(got/want-1) > 0.04 {
			t.Errorf("load %g, spread %.2f: mean response %.3g s, theory says %.3g s", c.load, spread, got, want)
		}
		if math.Abs(r.Busy-c.load) > 0.02 {
			t.Errorf("load %g: the slot is busy for %.3f of the time", c.load, r.Busy)
		}
	}
}

// TestArrivalsHaveTheirRate holds the number of requests of each kind against what it should be, within four standard deviations.
func TestArrivalsHaveTheirRate(t *testing.T) {
	const lasts, end = 1000.0, 1000 * time.Second
	for name, c := range map[string]struct {
		arrivals       Arrivals
		want, variance float64
	}{
		"poisson":  {poisson(50), 50 * lasts, 50 * lasts},
		"constant": {Arrivals{Kind: Constant, Rate: 50}, 50 * lasts, 1},
		"nothing":  {Arrivals{}, 0, 1},
		// Of a process of two states with mean times B and P: the fraction in bursts has the variance 2*(B*P)^2/((B+P)^3*T).
		"bursty": {Arrivals{Kind: Bursty, Rate: 90, Between: 10, Burst: 2 * time.Second, Pause: 8 * time.Second}, 26 * lasts,
			26*lasts + 80*80*2*(16*16)/(1000*lasts)*lasts*lasts},
	} {
		s := newSource(c.arrivals, stream(7, name, whenStream), 0)
		n, last := 0.0, time.Duration(0)
		for {
			r, ok := s.after()
			if !ok && s.Kind == Bursty && s.turns < end {
				s.turn()
				continue
			}
			if !ok || r.At > end {
				break
			}
			if r.At < last {
				t.Fatalf("%s: a request at %s after one at %s", name, r.At, last)
			}
			last = r.At
			n++
		}
		if math.Abs(n-c.want) > 4*math.Sqrt(c.variance) {
			t.Errorf("%s: %g requests, want %g", name, n, c.want)
		}
	}
}

// TestPredictionsHold holds what a simulation finds of an operating point against what the frontier predicts, on a machine that
// has nothing else to do.
func TestPredictionsHold(t *testing.T) {
	m := glyphs(t)
	o := objective(t, "", "energy", "accuracy >= 0.9")
	f := m.Evidence.Frontier(o, profile.Certainty{})
	p := f.Choose(profile.Pareto, o, profile.Load{Pace: 1}).Point
	s := house(t)
	s.Models, s.Duration = []Model{m}, time.Hour
	s.HandOff = 0
	s.Tenants = []Tenant{{Name: "a", Share: 1, Criterion: criteria.Thresholds(p.Thresholds), Queue: 64, Arrivals: Arrivals{Kind: Constant, Rate: 20}}}
	own := run(t, s).Tenants[0]
	for k, n := range own.Exits {
		// Shares are predicted from two thirds of the 3,600 samples.
		if got := float64(n) / float64(own.Answered); math.Abs(got-p.ExitShare[k]) > 0.02 {
			t.Errorf("exit %d answers %.3f of the requests, the frontier says %.3f", k+1, got, p.ExitShare[k])
		}
	}
	if math.Abs(*own.Accuracy-p.Accuracy) > 0.02 {
		t.Errorf("accuracy %.3f, the frontier says %.3f", *own.Accuracy, p.Accuracy)
	}
	if got := *own.Energy / float64(own.Requests); math.Abs(got/p.Energy-1) > 0.03 {
		t.Errorf("energy %.4g J, the frontier says %.4g J", got, p.Energy)
	}
	// The frontier takes the faster half of an exit's times for their median.
	if math.Abs(*own.Mean/p.ResponseTime-1) > 0.03 || math.Abs(*own.P95/p.ResponseP95-1) > 0.08 {
		t.Errorf("response times %.4g and %.4g s, the frontier says %.4g and %.4g s", *own.Mean, *own.P95, p.ResponseTime, p.ResponseP95)
	}
}

// TestSegmentsSlowEachOtherDown has two requests run at once, of which the second begins when half of the first is done.
func TestSegmentsSlowEachOtherDown(t *testing.T) {
	s := house(t)
	s.Slowdown, s.HandOff = []float64{1, 2}, 0
	s.Models = []Model{one(0.010, 0.010)}
	s.Tenants = []Tenant{{Name: "a", Share: 1, Criterion: criteria.Never(), Queue: 8, Arrivals: Arrivals{Kind: Trace, Trace: []Request{{Sample: -1}, {At: 5 * time.Millisecond, Sample: -1}}}}}
	r := run(t, s).Tenants[0]
	// 5 ms alone and 5 at half speed make 15 ms; the other is half done then, at 10 ms, and takes 5 ms more alone.
	if *r.Longest != 0.015 || math.Abs(*r.Mean-0.015) > 1e-9 {
		t.Errorf("mean %v s, longest %v s, want 0.015 s for both", *r.Mean, *r.Longest)
	}
}

// TestATraceIsReplayed holds that times that are given are kept, whatever runs beside.
func TestATraceIsReplayed(t *testing.T) {
	s := house(t)
	s.Slowdown, s.HandOff = []float64{1, 5}, 0
	takes := []time.Duration{time.Millisecond, 2 * time.Millisecond, 3 * time.Millisecond, 4 * time.Millisecond}
	s.Tenants = []Tenant{{Name: "a", Share: 1, Criterion: criteria.Never(), Queue: 8, Arrivals: Arrivals{Kind: Trace, Trace: []Request{{Takes: takes}, {Sample: 1, Takes: takes}}}}}
	if r := run(t, s).Tenants[0]; math.Abs(*r.Longest-0.010) > 1e-6 || math.Abs(r.Busy-0.020) > 1e-6 {
		t.Errorf("longest %v s, busy %v s, want 0.010 and 0.020", *r.Longest, r.Busy)
	}
}

// Who has no answer rather than a wrong one is refused in simulation, too, and the books know.
func TestABoundThatIsNotKeptRefuses(t *testing.T) {
	for _, strict := range []bool{false, true} {
		c := house(t)
		c.Models, c.Duration = []Model{few(t)}, time.Minute
		c.Tenants = []Tenant{{Name: "a", Share: 1, Objective: objective(t, "", "energy", "accuracy >= 0.999"), Adapt: profile.Pareto, Strict: strict, Queue: 64, Arrivals: poisson(10)}}
		if own := run(t, c).Tenants[0]; own.Requests == 0 || (own.Refused == own.Requests) != strict || own.Answered+own.Refused != own.Requests {
			t.Errorf("strict %v: of %d requests %d are refused and %d answered", strict, own.Requests, own.Refused, own.Answered)
		}
	}
}
