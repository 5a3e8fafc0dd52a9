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

// about is equality but for the rounding of sums.
func about(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a)) }

// each is a tenant with one option: so many requests a second, of so many seconds and joules.
func each(weight, rate, busy, energy float64) Demand {
	return Demand{Weight: weight, Rate: rate, Options: []Option{{Utility: 1, Kept: true, Busy: busy, Energy: energy}}}
}

// TestTheLastDeclaredIsShedFirst, but nobody below its share, and no more than has to be.
func TestTheLastDeclaredIsShedFirst(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		what      string
		situation Situation
		rates     []float64
		full      bool
	}{
		{"what is planned for", Situation{Slots: 1, Budget: math.Inf(1), Tenants: []Demand{each(1, 40, 0.01, nan), each(1, 40, 0.01, nan)}}, []float64{40, 40}, false},
		{"what there is", Situation{Slots: 1, Budget: math.Inf(1), Tenants: []Demand{each(1, 40, 0.01, nan), each(1, 60, 0.01, nan)}}, []float64{40, 60}, true},
		{"too much by the last", Situation{Slots: 1, Budget: math.Inf(1), Tenants: []Demand{each(1, 40, 0.01, nan), each(1, 80, 0.01, nan)}}, []float64{40, 60}, true},
		{"too much by the first", Situation{Slots: 1, Budget: math.Inf(1), Tenants: []Demand{each(1, 80, 0.01, nan), each(1, 40, 0.01, nan)}}, []float64{60, 40}, true},
		{"too much by all", Situation{Slots: 1, Budget: math.Inf(1), Tenants: []Demand{each(1, 60, 0.01, nan), each(1, 6e9, 0.01, nan)}}, []float64{50, 50}, true},
		{"the last fits its share", Situation{Slots: 1, Budget: math.Inf(1), Tenants: []Demand{each(3, 80, 0.01, nan), each(3, 80, 0.01, nan), each(4, 10, 0.01, nan)}}, []float64{60, 30, 10}, true},
		{"two slots", Situation{Slots: 2, Budget: math.Inf(1), Tenants: []Demand{each(1, 100, 0.01, nan), each(1, 110, 0.01, nan)}}, []float64{100, 100}, true},
		{"shares", Situation{Slots: 1, Budget: math.Inf(1), Tenants: []Demand{each(3, 100, 0.01, nan), each(1, 100, 0.01, nan)}}, []float64{75, 25}, true},
		{"a budget", Situation{Slots: 1, Budget: 1, Tenants: []Demand{each(1, 20, 0.001, 0.01), each(1, 100, 0.001, 0.01)}}, []float64{20, 80}, true},
		{"a budget of nothing", Situation{Slots: 1, Budget: 0, Tenants: []Demand{each(1, 20, 0.001, 0.01), each(1, 20, 0.001, nan)}}, []float64{0, 20}, true},
		{"who takes no energy is not shed for it", Situation{Slots: 1, Budget: 1, Tenants: []Demand{each(1, 200, 0.001, 0.01), each(1, 60, 0.01, nan)}}, []float64{100, 60}, true},
		{"strictly", Situation{Policy: scheduler.NonCooperative, Slots: 1, Budget: math.Inf(1), Tenants: []Demand{each(1, 10, 0.01, nan), each(1, 60, 0.01, nan)}}, []float64{10, 50}, true},
		{"strictly, but not more than there is", Situation{Policy: scheduler.NonCooperative, Slots: 1, Budget: math.Inf(1), Tenants: []Demand{each(1, 10, 0.01, nan), each(1, 45, 0.01, nan)}}, []float64{10, 45}, true},
	} {
		p := Make(c.situation)
		for i, want := range c.rates {
			if !about(p.Choices[i].Rate, want) || p.Full != c.full {
				t.Errorf("%s: tenant %d has %v requests/s, full is %v; want %v, %v", c.what, i, p.Choices[i].Rate, p.Full, want, c.full)
			}
		}
	}
}

// TestSumsOfAPlan: what is let in, and what it takes.
func TestSumsOfAPlan(t *testing.T) {
	s := Situation{Slots: 1, Budget: math.Inf(1), Tenants: []Demand{each(1, 20, 0.01, 0.02), each(3, 30, 0.01, 0.01)}}
	if p := Make(s); !about(p.Busy, 0.5) || !about(p.Power, 0.7) || p.Utility != 1 || p.Gap != 0 || p.Full {
		t.Errorf("%+v", p)
	}
	s.Tenants = append(s.Tenants, each(1, 0, math.NaN(), math.NaN()))
	if p := Make(s); !about(p.Power, 0.7) {
		t.Errorf("nobody asks the tenant whose energy is not known, and the power is %v", p.Power)
	}
	s.Tenants[2].Rate = 1
	if p := Make(s); !math.IsNaN(p.Power) || !about(p.Busy, 0.5) {
		t.Errorf("the power is %v, the slots are %v busy", p.Power, p.Busy)
	}
	if p := Make(Situation{Slots: 1}); len(p.Choices) != 0 || p.Full || p.Busy != 0 {
		t.Errorf("of nobody: %+v", p)
	}
}

// TestWhatSomeDoNotNeedServesOthers: the design's two policies.
func TestWhatSomeDoNotNeedServesOthers(t *testing.T) {
	options := []Option{{Utility: 0, Kept: true, Busy: 0.01}, {Utility: 0.6, Kept: true, Busy: 0.02}, {Utility: 1, Kept: true, Busy: 0.06}}
	s := Situation{Policy: scheduler.NonCooperative, Slots: 1, Budget: math.Inf(1), Tenants: []Demand{{Weight: 1, Rate: 10, Options: options}, {Weight: 1, Rate: 1, Options: options}}}
	if p := Make(s); p.Choices[0] != (Choice{Option: 1, Alone: 1, Floor: true, Rate: 10}) || p.Choices[1].Option != 2 {
		t.Errorf("alone: %+v", p.Choices)
	}
	for _, policy := range []scheduler.Policy{scheduler.Cooperative, scheduler.FirstCome, ""} {
		s.Policy = policy
		if p := Make(s); p.Choices[0] != (Choice{Option: 2, Alone: 1, Floor: true, Rate: 10}) || p.Choices[1].Option != 2 {
			t.Errorf("%s: %+v", policy, p.Choices)
		}
	}
}
