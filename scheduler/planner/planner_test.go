package planner

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/delen-edge/delen/scheduler"
)

// drawn is a situation of tenants with random options.
type drawn struct {
	tenants int
	options int     // at the most; below 0: exactly so many, none as cheap as a worse one
	energy  bool    // a budget may bind
	load    float64 // how much of what is planned for the best options take, about
	broken  float64 // of the options that break bounds
}

func (d drawn) situation(r *rand.Rand) Situation {
	s := Situation{Policy: scheduler.Cooperative, Slots: 1 + r.IntN(4), Budget: math.Inf(1)}
	if d.energy {
		s.Budget = 1 + 9*r.Float64()
	}
	for range d.tenants {
		t := Demand{Tenant: "t", Weight: math.Exp(2 * r.NormFloat64())}
		each := d.load / float64(d.tenants) * math.Exp(r.NormFloat64()/2)
		t.Rate = math.Exp(3 * r.NormFloat64())
		n := -d.options
		if n < 0 {
			n = 1 + r.IntN(d.options)
		}
		for range n {
			part := r.Float64()
			o := Option{Utility: min(1, max(0, math.Sqrt(part)+0.1*r.NormFloat64())), Kept: r.Float64() >= d.broken}
			o.Busy = part * each * Most * float64(s.Slots) / t.Rate * (0.9 + 0.2*r.Float64())
			o.Energy = math.NaN()
			if d.energy {
				o.Energy = part * each * s.Budget / t.Rate * (0.5 + r.Float64())
			}
			t.Options = append(t.Options, o)
		}
		if d.options < 0 {
			t.line()
		}
		s.Tenants = append(s.Tenants, t)
	}
	return s
}

// line puts options into an order in which none takes as much of anything as the next one, as on a frontier.
func (d *Demand) line() {
	for _, figure := range []func(o *Option) *float64{
		func(o *Option) *float64 { return &o.Utility }, func(o *Option) *float64 { return &o.Busy }, func(o *Option) *float64 { return &o.Energy },
	} {
		var all []float64
		for i := range d.Options {
			all = append(all, *figure(&d.Options[i]))
		}
		slices.Sort(all)
		for i := range all {
			*figure(&d.Options[i]) = all[i]
		}
	}
}

// brute is the fewest tenants whose bounds a plan can break, and the best sum of utilities then, found by trying all combinations.
func brute(s *Situation, p *Plan) (unkept int, utility float64, ok bool) {
	total := 0.0
	for _, t := range s.Tenants {
		total += t.Weight
	}
	unkept, utility = math.MaxInt, -1
	var try func(i, lost int, sum, busy, energy float64)
	try = func(i, lost int, sum, busy, energy float64) {
		if busy > Most*float64(s.Slots)*(1+1e-9) || energy > s.Budget*(1+1e-9) {
			return
		}
		if i == len(s.Tenants) {
			if lost < unkept || lost == unkept && sum > utility {
				unkept, utility, ok = lost, sum, true
			}
			return
		}
		t := &s.Tenants[i]
		alone := t.Options[p.Choices[i].Alone]
		for _, o := range t.Options {
			if p.Choices[i].Floor && (alone.Kept && !o.Kept || alone.Kept == o.Kept && o.Utility < alone.Utility) {
				continue
			}
			e := o.Energy
			if math.IsNaN(e) {
				e = 0
			}
			n := lost
			if !o.Kept {
				n++
			}
			try(i+1, n, sum+t.Weight/total*o.Utility, busy+t.Rate*o.Busy, energy+t.Rate*e)
		}
	}
	try(0, 0, 0, 0, 0)
	return unkept, utility, ok
}

func TestTheJointPlanIsTheBestOfAllCombinations(t *testing.T) {
	full, broke := 0, 0
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		d := drawn{tenants: 2 + r.IntN(3), options: 20, energy: seed%2 == 1, load: 3 * r.Float64(), broken: float64(seed%3) / 3}
		if d.tenants == 4 {
			d.options = 10
		}
		s := d.situation(r)
		p := Make(s)
		unkept, utility, ok := brute(&s, &p)
		if p.Full == ok {
			t.Errorf("seed %d: full is %v, and there is a plan: %v", seed, p.Full, ok)
		}
		if p.Full {
			full++
			continue
		}
		got := 0
		for i, c := range p.Choices {
			if !s.Tenants[i].Options[c.Option].Kept {
				got++
			}
		}
		if got > 0 {
			broke++
		}
		if got != unkept || math.Abs(p.Utility-utility) > 1e-9 || p.Gap != 0 {
			t.Errorf("seed %d: %d tenants' bounds are broken, utility %v, gap %v; want %d, %v", seed, got, p.Utility, p.Gap, unkept, utility)
		}
	}
	if full < 50 || broke < 50 {
		t.Errorf("%d situations are full, and in %d bounds are broken: too few to tell", full, broke)
	}
}
