package profile

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/delen-edge/delen/criteria"
)

// wish draws an objective whose bounds are about what the points of a frontier bring, and a load.
func wish(r *rand.Rand, f *Frontier) (*criteria.Objective, Load) {
	some := func() *Point { return &f.Points[r.IntN(len(f.Points))] }
	most := func(m criteria.Metric, cost float64) criteria.Bound {
		return criteria.Bound{Metric: m, Min: math.Inf(-1), Max: cost * (0.7 + 0.6*r.Float64())}
	}
	o := &criteria.Objective{Metric: criteria.Accuracy, Maximize: true}
	if r.IntN(2) == 0 {
		o.Metric, o.Maximize = []criteria.Metric{criteria.Energy, criteria.ResponseTime, criteria.FLOPs}[r.IntN(3)], false
	}
	if r.IntN(2) == 0 {
		o.Where = append(o.Where, criteria.Bound{Metric: criteria.Accuracy, Min: some().AccuracyLow + 0.02*r.NormFloat64(), Max: math.Inf(1)})
	}
	if r.IntN(3) == 0 {
		o.Where = append(o.Where, most(criteria.ResponseTime, some().ResponseP95))
	}
	if r.IntN(3) == 0 {
		o.Where = append(o.Where, most(criteria.Energy, some().Energy))
	}
	return o, Load{Pace: 0.8 + r.Float64(), Wait: 0.001 * r.Float64()}
}

// frontiers are of several populations, with and without certainty. One has no energies.
func frontiers(t *testing.T, do func(f *Frontier, r *rand.Rand)) {
	for _, exits := range []int{1, 2, 3, 5} {
		for shape, p := range populations(exits) {
			q := p.profile()
			q.IdlePower = new(float64(200 * (shape % 3)))
			if shape == 1 {
				for k := range q.Exits {
					q.Exits[k].Energy = nil
				}
			}
			e, err := NewEvidence(q, p.outcomes(rand.New(rand.NewPCG(uint64(exits), 5)), 300))
			if err != nil {
				t.Fatal(err)
			}
			r := rand.New(rand.NewPCG(uint64(exits), uint64(shape)))
			do(e.Frontier(&criteria.Objective{Metric: criteria.FLOPs}, Certainty{}), r)
			do(e.Frontier(&criteria.Objective{Metric: criteria.ResponseTime}, Certainty{Off: true}), r)
		}
	}
}

var policies = []Policy{Pareto, PerWorkload, Full}

// TestAnAllowanceLeavesTheBestOptionWithin: what Choose takes under an allowance is the last of the options that keeps within it, or
// the point that exceeds it by the least; and it breaks a bound if the option does.
func TestAnAllowanceLeavesTheBestOptionWithin(t *testing.T) {
	none, unkept := 0, 0
	frontiers(t, func(f *Frontier, r *rand.Rand) {
		for range 200 {
			o, l := wish(r, f)
			policy := policies[r.IntN(5)%3]
			options := f.Options(policy, o, l)
			p := f.Points[r.IntN(len(f.Points))]
			l.Busy, l.Energy = p.ResponseTime*(0.8+0.5*r.Float64())*float64(r.IntN(3)), max(0, p.Active(f.idle))*(0.8+0.5*r.Float64())*float64(r.IntN(3))
			want := -1
			for i, x := range options {
				if (l.Busy == 0 || !(x.ResponseTime > l.Busy)) && (l.Energy == 0 || !(x.Active > l.Energy)) {
					want = i
				}
			}
			got := f.Choose(policy, o, l)
			switch {
			case want < 0:
				none++
				for i := range options {
					if options[i].over(l.Allowance, f.idle) < got.Point.over(l.Allowance, f.idle) {
						t.Errorf("%s, %s under %+v: %+v, and %+v is nearer", policy, o, l, got.Point, options[i])
					}
				}
			case !got.Point.Equal(&options[want].Point) || (len(got.Unmet) == 0) != options[want].Kept:
				t.Errorf("%s, %s under %+v: %+v, want %+v", policy, o, l, got, options[want])
			case !options[want].Kept:
				unkept++
			}
		}
	})
	if none < 100 || unkept < 100 {
		t.Errorf("nothing was within %d allowances, and what was broke bounds in %d: too few to tell", none, unkept)
	}
}

// TestOptionsAreWorthTheirCosts: each takes less of something than all that are worth more, bounds that are kept come last, and
// utilities are linear in the goal.
func TestOptionsAreWorthTheirCosts(t *testing.T) {
	frontiers(t, func(f *Frontier, r *rand.Rand) {
		for range 50 {
			o, l := wish(r, f)
			policy := policies[r.IntN(5)%3]
			options := f.Options(policy, o, l)
			for i, x := range options {
				if !(x.Utility >= 0 && x.Utility <= 1) || x.Kept && i == len(options)-1 && x.Utility != 1 || !x.Kept && x.Utility == 1 {
					t.Errorf("%s, %s: option %d of %d has utility %v", policy, o, i, len(options), x.Utility)
				}
				for _, y := range options[i+1:] {
					if x.Kept && !y.Kept || x.Kept == y.Kept && x.Utility > y.Utility || !(x.ResponseTime < y.ResponseTime) && !(x.Active < y.Active) {
						t.Errorf("%s, %s: %+v comes before %+v", policy, o, x, y)
					}
				}
				if b := o.Bound(o.Metric); x.Kept && !o.Maximize && options[len(options)-1].cost(o.Metric) > x.cost(o.Metric) {
					t.Errorf("%s, %s %v: the last option costs more than %+v", policy, o, b, x)
				}
			}
		}
	})
}

// TestUtilitiesOfWhatIsKnown: 0 at the cheapest, 1 at the best, linear in the goal.
func TestUtilitiesOfWhatIsKnown(t *testing.T) {
	most := &criteria.Objective{Metric: criteria.Accuracy, Maximize: true}
	bounded := &criteria.Objective{Metric: criteria.Accuracy, Maximize: true, Where: []criteria.Bound{{Metric: criteria.Accuracy, Min: 0.77, Max: math.Inf(1)}}}
	for _, c := range []struct {
		what      string
		objective *criteria.Objective
		costs     []float64
		utilities []float64
		kept      int // of the last
	}{
		{"accuracy", most, []float64{1, 1.5, 2, 2.8}, []float64{0, 0.45, 0.75, 1}, 4},
		{"accuracy that is certain", bounded, []float64{1, 1.5, 2, 2.8}, []float64{0, 0, 0.06 / 0.11, 1}, 3},
		{"energy: the best is the cheapest", cheap, []float64{1}, []float64{1}, 1},
		{"energy at an accuracy", atLeast(0.8), []float64{1, 1.5, 2}, []float64{0, 0.5, 1}, 1},
	} {
		got := handMade(false).Options(Pareto, c.objective, Load{Pace: 1})
		if len(got) != len(c.costs) {
			t.Errorf("%s: %d options: %+v", c.what, len(got), got)
			continue
		}
		for i := range got {
			if got[i].ResponseTime != c.costs[i] || math.Abs(got[i].Utility-c.utilities[i]) > 1e-9 || got[i].Kept != (i >= len(got)-c.kept) {
				t.Errorf("%s: option %d is %+v, want %v and %v", c.what, i, got[i], c.costs[i], c.utilities[i])
			}
		}
	}
}
