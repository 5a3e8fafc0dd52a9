package profile

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
)

// tail is the probability of right or more of n answers that are right with probability p each, in rationals.
func tail(right, n int, p float64) float64 {
	q, sum := new(big.Rat).SetFloat64(p), new(big.Rat)
	wrong := new(big.Rat).Sub(big.NewRat(1, 1), q)
	for i := right; i <= n; i++ {
		term := new(big.Rat).SetInt(new(big.Int).Binomial(int64(n), int64(i)))
		for range i {
			term.Mul(term, q)
		}
		for range n - i {
			term.Mul(term, wrong)
		}
		sum.Add(sum, term)
	}
	f, _ := sum.Float64()
	return f
}

// TestLowestIsWhereTheExactTestTurns: at the bound the tail is as likely as the confidence leaves open.
func TestLowestIsWhereTheExactTestTurns(t *testing.T) {
	for _, n := range []int{1, 2, 5, 30} {
		for right := 1; right <= n; right++ {
			for _, confidence := range []float64{0.5, 0.95, 0.9999} {
				low := lowest(right, n, confidence)
				if got := tail(right, n, low); math.Abs(got-(1-confidence)) > 1e-9 {
					t.Errorf("%d of %d at %v: %v, where the tail is %v", right, n, confidence, low, got)
				}
			}
		}
	}
	for _, c := range []struct {
		right, n int
		want     float64
	}{{0, 0, 0}, {0, 10, 0}, {1, 1, 0.05}, {10, 10, math.Pow(0.05, 0.1)}, {140, 150, 0.88954}, {46_500, 50_000, 0.92810}} {
		if got := lowest(c.right, c.n, 0.95); math.Abs(got-c.want) > 5e-5 {
			t.Errorf("%d of %d: %v, want %v", c.right, c.n, got, c.want)
		}
	}
}

// TestPromisesAreKept: of what Choose finds certain, the accuracy of fresh samples falls below the bound no more often than the
// confidence allows, and chance may add three standard deviations. The population's accuracy is counted from 40,000 others.
func TestPromisesAreKept(t *testing.T) {
	for _, p := range []population{{exits: 3}, {exits: 3, worse: true}, {exits: 3, ties: 20}} {
		truth := p.evidence(1, trials.Pick(40_000, 20_000))
		all, n := truth.in(search, true)
		full := float64(brute(truth, all, []float64{never, never, never}[:p.exits-1]).right) / float64(n)
		o := atLeast(full - 0.03)
		const confidence = 0.8
		draws := trials.Pick(60, 12)
		promised, broken := 0, 0
		for seed := range uint64(draws) {
			f := p.evidence(100+seed, 1500).Frontier(o, Certainty{Confidence: confidence})
			c := f.Choose(Pareto, o, Load{Pace: 1})
			if len(c.Unmet) > 0 {
				continue
			}
			promised++
			if got := brute(truth, all, c.Point.Thresholds).right; float64(got)/float64(n) < o.Where[0].Min {
				broken++
			}
		}
		most := (1-confidence)*float64(draws) + 3*math.Sqrt(float64(draws)*confidence*(1-confidence))
		if promised < draws/3 || float64(broken) > most {
			t.Errorf("%+v: of %d promises %d are broken, at most %.1f may be", p, promised, broken, most)
		}
	}
}

// handMade is a frontier of three points, as figures of a test.
func handMade(off bool) *Frontier {
	point := func(threshold, accuracy, low, cost, p95 float64) Point {
		return Point{Thresholds: []float64{threshold}, Accuracy: accuracy, AccuracyLow: low, ResponseTime: cost, ResponseP95: p95, Energy: cost, FLOPs: math.NaN()}
	}
	return &Frontier{
		Objective: cheap, Axis: criteria.Energy, off: off, searched: 1000,
		Points:     []Point{point(0, 0.7, 0.66, 1, 1), point(0.4, 0.8, 0.77, 1.5, 3), point(0.6, 0.85, 0.82, 2, 3), point(0.9, 0.9, 0.88, 2.8, 3)},
		pointOrder: []float64{0.71, 0.8, 0.86, 0.91},
		Single:     []Point{point(0, 0.7, 0.66, 1, 1), point(never, 0.89, 0.87, 3, 3)}, singleOrder: []float64{0.71, 0.9},
	}
}

func TestChoose(t *testing.T) {
	inf := math.Inf(1)
	most := func(m criteria.Metric, f float64) criteria.Bound {
		return criteria.Bound{Metric: m, Min: math.Inf(-1), Max: f}
	}
	least := func(f float64) criteria.Bound { return criteria.Bound{Metric: criteria.Accuracy, Min: f, Max: inf} }
	const maximize, minimize = true, false
	for _, c := range []struct {
		what     string
		policy   Policy
		maximize bool
		where    []criteria.Bound
		load     Load
		want     float64 // the threshold
		unmet    []criteria.Bound
	}{
		{"the cheapest of all", Pareto, minimize, nil, Load{Pace: 1}, 0, nil},
		{"the cheapest that is certain", Pareto, minimize, []criteria.Bound{least(0.8)}, Load{Pace: 1}, 0.6, nil},
		{"one exit", PerWorkload, minimize, []criteria.Bound{least(0.8)}, Load{Pace: 1}, never, nil},
		{"the last exit whatever is asked", Full, minimize, []criteria.Bound{most(criteria.Energy, 1)}, Load{Pace: 1}, never, []criteria.Bound{most(criteria.Energy, 1)}},
		{"the most accurate", Pareto, maximize, nil, Load{Pace: 1}, 0.9, nil},
		{"the most accurate within a mean", Pareto, maximize, []criteria.Bound{most(criteria.Energy, 2.5)}, Load{Pace: 1}, 0.6, nil},
		{"within a percentile", Pareto, maximize, []criteria.Bound{most(criteria.ResponseTime, 3)}, Load{Pace: 1}, 0.9, nil},
		{"within a percentile under load", Pareto, maximize, []criteria.Bound{most(criteria.ResponseTime, 3)}, Load{Pace: 1.01}, 0, nil},
		{"and with a wait", Pareto, maximize, []criteria.Bound{most(criteria.ResponseTime, 3)}, Load{Pace: 1, Wait: 0.01}, 0, nil},
		{"the single exit that is tested first when none is enough", Pareto, minimize, []criteria.Bound{least(0.89)}, Load{Pace: 1}, never, []criteria.Bound{least(0.89)}},
		{"the most accurate that is certain", Pareto, maximize, []criteria.Bound{least(0.86)}, Load{Pace: 1}, 0.9, nil},
		{"a single exit far below the points is not tested first", Pareto, minimize, []criteria.Bound{least(0.67), most(criteria.Energy, 2.9)}, Load{Pace: 1}, 0.4, nil},
		{"a single exit out of bounds is not tested", Pareto, minimize, []criteria.Bound{least(0.88), most(criteria.Energy, 2.9)}, Load{Pace: 1}, 0.9, nil},
		{"costs come before accuracy", Pareto, minimize, []criteria.Bound{least(0.8), most(criteria.Energy, 1.6)}, Load{Pace: 1}, 0.4, []criteria.Bound{least(0.8)}},
		{"the least excess", Pareto, maximize, []criteria.Bound{least(0.8), most(criteria.Energy, 0.5)}, Load{Pace: 1}, 0, []criteria.Bound{least(0.8), most(criteria.Energy, 0.5)}},
		{"among equals the most accurate", Pareto, minimize, []criteria.Bound{most(criteria.ResponseTime, 0)}, Load{Pace: 1}, 0.9, []criteria.Bound{most(criteria.ResponseTime, 0)}},
		{"what is not known keeps no bound", Pareto, minimize, []criteria.Bound{most(criteria.FLOPs, 5)}, Load{Pace: 1}, 0.9, []criteria.Bound{most(criteria.FLOPs, 5)}},
	} {
		o := &criteria.Objective{Metric: criteria.Energy, Where: c.where}
		if c.maximize {
			o = &criteria.Objective{Metric: criteria.Accuracy, Maximize: true, Where: c.where}
		}
		got := handMade(false).Choose(c.policy, o, c.load)
		if got.Point.Thresholds[0] != c.want {
			t.Errorf("%s: %v, want %v", c.what, got.Point.Thresholds[0], c.want)
		}
		if diff := cmp.Diff(c.unmet, got.Unmet); diff != "" {
			t.Errorf("%s: unmet bounds differ (-want +got):\n%s", c.what, diff)
		}
	}
}

// TestParetoKeepsWhatOneExitKeeps: where the most accurate single exit makes a bound certain, so does the frontier, though the
// point that looks best on the search part does not; and it promises no less than one exit does.
func TestParetoKeepsWhatOneExitKeeps(t *testing.T) {
	idle := Load{Pace: 1}
	kept := 0
	for _, exits := range []int{1, 2, 3, 5} {
		for shape, p := range populations(exits) {
			for seed := range uint64(trials.Pick(2, 1)) {
				e := p.evidence(200+seed, 300)
				f := e.Frontier(cheap, Certainty{})
				sure := f.Single[f.safest()].AccuracyLow
				if f.Certifiable() != sure {
					t.Errorf("%d exits, shape %d: %v is certifiable, and the first to be tested has %v", exits, shape, f.Certifiable(), sure)
				}
				for _, bound := range []float64{sure, sure - 1e-6, sure - 0.02, sure + 1e-6} {
					for _, o := range []*criteria.Objective{atLeast(bound), {Metric: criteria.Accuracy, Maximize: true, Where: atLeast(bound).Where}} {
						ours, one := f.Choose(Pareto, o, idle), f.Choose(PerWorkload, o, idle)
						if len(ours.Unmet) != len(one.Unmet) || (len(ours.Unmet) == 0) != (bound <= sure) {
							t.Errorf("%d exits, shape %d, %s: %v of the frontier and %v of one exit is unmet", exits, shape, o, ours.Unmet, one.Unmet)
						}
						if len(ours.Unmet) == 0 {
							kept++
						} else if ours.Point.AccuracyLow < one.Point.AccuracyLow {
							t.Errorf("%d exits, shape %d, %s: the nearest is %v, with one exit %v", exits, shape, o, ours.Point.AccuracyLow, one.Point.AccuracyLow)
						}
					}
				}
			}
		}
	}
	if kept < 100 {
		t.Errorf("only %d bounds are kept", kept)
	}
}

// TestTheShippedModelKeepsWhatItsLastExitKeeps: 0.944 is certain of glyphs' last exit, and not of the luckiest point.
func TestTheShippedModelKeepsWhatItsLastExitKeeps(t *testing.T) {
	e, err := shipped("glyphs")
	if err != nil {
		t.Fatal(err)
	}
	o := atLeast(0.944)
	f := e.Frontier(o, Certainty{})
	if c := f.Choose(Pareto, o, Load{Pace: 1}); len(c.Unmet) > 0 || !c.Point.Equal(&f.Single[3]) || f.Certifiable() < 0.944 {
		t.Errorf("%+v, %v is certifiable", c, f.Certifiable())
	}
}

// TestWhatIsNotReachedIsNotCertain: a point behind one that fails is not taken though its own test would pass.
func TestWhatIsNotReachedIsNotCertain(t *testing.T) {
	f := handMade(false)
	f.Points[2].AccuracyLow = 0.75
	if c := f.Choose(Pareto, atLeast(0.76), Load{Pace: 1}); c.Point.Thresholds[0] != 0.9 || len(c.Unmet) != 0 {
		t.Errorf("%+v, want the point before it", c)
	}
}

func TestCertifiable(t *testing.T) {
	if got := handMade(false).Certifiable(); got != 0.87 {
		t.Errorf("%v, want that of the safest single exit", got)
	}
	if got := handMade(true).Certifiable(); got != 0.88 {
		t.Errorf("%v without certainty, want the highest", got)
	}
	if got := (population{exits: 3}).evidence(1, 4).Frontier(cheap, Certainty{}).Certifiable(); got > 0.5 {
		t.Errorf("four samples certify %v", got)
	}
}

// TestCertaintyOffBelievesTheEstimates of all samples.
func TestCertaintyOffBelievesTheEstimates(t *testing.T) {
	e := population{exits: 3}.evidence(2, 900)
	o := atLeast(0.8)
	f := e.Frontier(o, Certainty{Off: true})
	c := f.Choose(Pareto, o, Load{Pace: 1})
	all, n := e.in(search, true)
	got := brute(e, all, c.Point.Thresholds)
	if len(c.Unmet) > 0 || c.Point.Accuracy != float64(got.right)/float64(n) || c.Point.Accuracy < 0.8 || c.Point.AccuracyLow != c.Point.Accuracy {
		t.Errorf("%+v, counted %d of %d", c, got.right, n)
	}
	for i := range f.Points {
		if p := &f.Points[i]; p.Accuracy >= 0.8 && p.Energy < c.Point.Energy {
			t.Errorf("%v is cheaper and good enough", p)
		}
	}
}

// Nothing that can be read panics.
func FuzzFrontier(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(10), uint8(4), 0.5, 1.0)
	f.Add(uint64(2), uint8(1), uint8(1), uint8(0), 0.0, 0.0)
	f.Add(uint64(3), uint8(5), uint8(20), uint8(2), 1.0, math.MaxFloat64)
	f.Add(uint64(4), uint8(6), uint8(9), uint8(1), math.Inf(1), 1e-320)
	f.Fuzz(func(t *testing.T, seed uint64, exits, samples, ties uint8, bound, scale float64) {
		p := population{exits: 1 + int(exits%6), ties: int(ties % 8), equal: seed%2 == 0}
		q := p.profile()
		for k := range q.Exits {
			q.Exits[k].Energy = new(float64(k) * scale)
			if seed%3 == 0 {
				q.Exits[k].FLOPs, q.Exits[k].ResponseTime = nil, nil
			}
		}
		if q.Validate() != nil {
			return
		}
		e, err := NewEvidence(q, p.outcomes(rand.New(rand.NewPCG(seed, 1)), 1+int(samples%30)))
		if err != nil {
			t.Fatal(err)
		}
		for _, maximize := range []bool{false, true} {
			o := &criteria.Objective{Metric: criteria.Energy, Where: []criteria.Bound{{Metric: criteria.ResponseTime, Min: math.Inf(-1), Max: bound},
				{Metric: criteria.Accuracy, Min: bound, Max: math.Inf(1)}, {Metric: criteria.FLOPs, Min: math.Inf(-1), Max: bound}}}
			if maximize {
				o.Metric, o.Maximize = criteria.Accuracy, true
			}
			g := e.Frontier(o, Certainty{Off: seed%5 == 0})
			for _, policy := range []Policy{Pareto, PerWorkload, Full} {
				if c := g.Choose(policy, o, Load{Pace: 1, Wait: bound}); len(c.Point.Thresholds) != p.exits-1 {
					t.Fatalf("%s chooses %+v", policy, c)
				}
			}
		}
	})
}
