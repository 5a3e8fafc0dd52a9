package planner

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages/profile"
	"github.com/delen-edge/delen/tenants"
)

// two is what a tenant with two points demands: 10 ms and 10 mJ for a poor answer, 40 ms and 40 mJ for a good one.
func two(rate, pace float64) tenants.Demand {
	return tenants.Demand{Rate: rate, Pace: pace, Options: []profile.Option{
		{Point: profile.Point{ResponseTime: 0.010, Energy: 0.010}, Active: 0.010, Utility: 0, Kept: true},
		{Point: profile.Point{ResponseTime: 0.040, Energy: 0.040}, Active: 0.040, Utility: 1, Kept: true},
	}}
}

// stated is what a tenant demands whose criterion was stated.
func stated(rate float64) tenants.Demand {
	return tenants.Demand{Rate: rate, Pace: 1, Busy: 0.005, Energy: math.NaN()}
}

func TestAPlanIsDueWhenSomethingHasChanged(t *testing.T) {
	d := NewDesk(scheduler.Cooperative, 1, 0)
	if at := d.Due(); at != tenants.Never {
		t.Errorf("a plan for nobody is due at %s", at)
	}
	d.Ask(3, "camera", 1, two(5, 1), "the tenant has come")
	if at := d.Due(); at > 0 {
		t.Errorf("the first plan is due at %s", at)
	}
	f := d.Draft(time.Second)
	d.Ask(4, "microphone", 1, stated(5), "the tenant has come")
	if at := d.Due(); at != tenants.Never {
		t.Errorf("while a draft is worked on, another is due at %s", at)
	}
	if d.Take(f, Plan{}); d.Due() != time.Second+betweenPlans {
		t.Errorf("the next is due at %s", d.Due())
	}
	f = d.Draft(2 * time.Second)
	if want := []string{"microphone: the tenant has come"}; !slices.Equal(f.Reasons, want) || len(f.Tenants) != 2 {
		t.Errorf("a plan for %d tenants because of %q, want two and %q", len(f.Tenants), f.Reasons, want)
	}
	d.Take(f, Plan{})
	d.Govern(scheduler.Cooperative, 0)
	d.Heat(1)
	d.Leave(99)
	if at := d.Due(); at != tenants.Never {
		t.Errorf("nothing has changed, and a plan is due at %s", at)
	}
	d.Govern(scheduler.NonCooperative, 2)
	d.Heat(1.5)
	d.Leave(3)
	f = d.Draft(3 * time.Second)
	if text := strings.Join(f.Reasons, "; "); !strings.Contains(text, "non-cooperative") || !strings.Contains(text, "budget") ||
		!strings.Contains(text, "heat") || !strings.Contains(text, "camera: the tenant has left") {
		t.Errorf("the reasons are %s", text)
	}
}

// What a plan says becomes what a request may take, in the profile's seconds.
func TestGrants(t *testing.T) {
	for name, test := range map[string]struct {
		policy scheduler.Policy
		budget float64
		rate   float64
		choice Choice
		want   tenants.Grant
	}{
		"the best point leaves a tenant free":   {scheduler.Cooperative, 0, 10, Choice{Option: 1, Rate: 10}, tenants.Grant{}},
		"another bounds it":                     {scheduler.Cooperative, 0, 10, Choice{Option: 0, Rate: 10}, tenants.Grant{Allowance: profile.Allowance{Busy: 0.010}}},
		"with a budget its energy, too":         {scheduler.Cooperative, 1, 10, Choice{Option: 0, Rate: 10}, tenants.Grant{Allowance: profile.Allowance{Busy: 0.010, Energy: 0.010}}},
		"what is shed is not let in":            {scheduler.Cooperative, 0, 10, Choice{Option: 1, Rate: 4}, tenants.Grant{Rate: 4}},
		"alone it may take what fits its share": {scheduler.NonCooperative, 8, 10, Choice{Option: 0, Rate: 10}, tenants.Grant{Allowance: profile.Allowance{Busy: 0.8 * 0.25 * 2 / 10 / 2, Energy: 0.25 * 8 / 10}}},
		"and anything when nobody asks":         {scheduler.NonCooperative, 8, 0, Choice{Option: 1}, tenants.Grant{}},
	} {
		t.Run(name, func(t *testing.T) {
			d := NewDesk(test.policy, 2, test.budget)
			d.Ask(0, "camera", 1, two(test.rate, 2), "it has come")
			d.Ask(1, "microphone", 3, stated(5), "it has come")
			f := d.Draft(0)
			if busy := f.Tenants[0].Options[0].Busy; busy != 0.020 {
				t.Errorf("on a machine of half the speed the first point takes %g s", busy)
			}
			grants := d.Take(f, Plan{Choices: []Choice{test.choice, {Rate: 5}}})
			if got := grants[0].Grant; math.Abs(got.Allowance.Busy-test.want.Allowance.Busy) > 1e-12 || got.Allowance.Energy != test.want.Allowance.Energy || got.Rate != test.want.Rate {
				t.Errorf("granted is %+v, want %+v", got, test.want)
			}
			if grants[1].Grant != (tenants.Grant{}) || grants[1].Other {
				t.Errorf("the criterion that was stated is granted %+v", grants[1])
			}
			if f = d.Draft(time.Second); d.Take(f, Plan{Choices: []Choice{test.choice, {Rate: 5}}})[0].Other {
				t.Error("the same plan grants something else")
			}
		})
	}
}

// A tenant that has left meanwhile is granted nothing.
func TestAPlanForWhoHasLeft(t *testing.T) {
	d := NewDesk(scheduler.Cooperative, 1, 0)
	d.Ask(0, "camera", 1, two(5, 1), "it has come")
	d.Ask(1, "microphone", 1, two(5, 1), "it has come")
	f := d.Draft(0)
	d.Leave(0)
	if g := d.Take(f, Plan{Choices: []Choice{{Rate: 5}, {Rate: 5}}}); len(g) != 1 || g[0].Tenant != 1 {
		t.Errorf("granted is %+v", g)
	}
}

// Nor is who has its place by then.
func TestAPlanForWhoHadThePlace(t *testing.T) {
	d := NewDesk(scheduler.Cooperative, 1, 0)
	d.Ask(0, "old", 1, two(40, 1), "it has come")
	f := d.Draft(0)
	d.Leave(0)
	d.Ask(0, "new", 1, two(1, 1), "it has come")
	if g := d.Take(f, Make(f.Situation)); len(g) != 0 {
		t.Errorf("granted is %+v", g)
	}
}

// What is hardly anything else stays as it is, but not where bounds would be broken that need not be, or where the tenant had more
// alone.
func TestHysteresisBreaksNoPromise(t *testing.T) {
	for name, test := range map[string]struct {
		kept  bool
		floor bool
		want  float64
	}{
		"hardly anything else":     {kept: true, want: 0.0400},
		"it breaks bounds":         {want: 0.0415},
		"it is less than alone":    {kept: true, floor: true, want: 0.0415},
		"it is less, bounds aside": {floor: true, want: 0.0415},
	} {
		d := NewDesk(scheduler.Cooperative, 1, 0)
		d.Ask(0, "camera", 1, tenants.Demand{Rate: 10, Pace: 1, Options: []profile.Option{
			{Point: profile.Point{ResponseTime: 0.0400}, Active: math.NaN(), Utility: 0.2, Kept: test.kept},
			{Point: profile.Point{ResponseTime: 0.0415}, Active: math.NaN(), Utility: 0.5, Kept: true},
			{Point: profile.Point{ResponseTime: 0.0600}, Active: math.NaN(), Utility: 1, Kept: true},
		}}, "it has come")
		d.Take(d.Draft(0), Plan{Choices: []Choice{{Option: 0, Rate: 10}}})
		g := d.Take(d.Draft(time.Second), Plan{Choices: []Choice{{Option: 1, Alone: 1, Floor: test.floor, Rate: 10}}})[0]
		if g.Allowance.Busy != test.want {
			t.Errorf("%s: granted is %+v, want %g s", name, g.Grant, test.want)
		}
	}
}

// A time that is not known bounds nothing.
func TestAnUnknownTimeIsGrantedOnce(t *testing.T) {
	d := NewDesk(scheduler.Cooperative, 1, 1)
	d.Ask(0, "camera", 1, tenants.Demand{Rate: 10, Pace: 1, Options: []profile.Option{
		{Point: profile.Point{ResponseTime: math.NaN()}, Active: 0.05, Utility: 0, Kept: true},
		{Point: profile.Point{ResponseTime: math.NaN()}, Active: 0.5, Utility: 1, Kept: true},
	}}, "it has come")
	for i := range 2 {
		f := d.Draft(time.Duration(i) * time.Second)
		if g := d.Take(f, Make(f.Situation))[0]; g.Other != (i == 0) || g.Allowance != (profile.Allowance{Energy: 0.05}) {
			t.Errorf("plan %d grants %+v", i+1, g)
		}
	}
}
