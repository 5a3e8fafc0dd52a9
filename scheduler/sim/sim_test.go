package sim

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages/profile"
	"github.com/delen-edge/delen/tenants"
)

// glyphs is the example's model as its profile describes it.
func glyphs(t testing.TB) Model {
	t.Helper()
	m, err := readGlyphs()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var readGlyphs = sync.OnceValues(func() (Model, error) { return readModel(1 << 20) })

// few is the same with the first 300 of the samples, which operating points are found for in no time.
func few(t testing.TB) Model {
	t.Helper()
	m, err := readFew()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var readFew = sync.OnceValues(func() (Model, error) { return readModel(300) })

func readModel(samples int) (m Model, err error) {
	m.Name = "glyphs"
	if m.Profile, err = profile.Read("../../examples/glyphs/profile.json"); err != nil {
		return m, err
	}
	if m.Outcomes, _, err = profile.ReadOutcomes("../../examples/glyphs/outcomes.csv"); err != nil {
		return m, err
	}
	if n := samples * len(m.Profile.Exits); n < len(m.Outcomes) {
		m.Outcomes = m.Outcomes[:n]
		for i := range m.Profile.Exits {
			m.Profile.Exits[i].Accuracy = nil // that of all of them
		}
	}
	m.Evidence, err = profile.NewEvidence(m.Profile, m.Outcomes)
	return m, err
}

func criterion(t testing.TB, source string) *criteria.Criterion {
	t.Helper()
	c, diags := criteria.Parse(source, 4, criteria.All())
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return c
}

func objective(t testing.TB, maximize, minimize, where string) *criteria.Objective {
	t.Helper()
	o, diags := criteria.ParseObjective(maximize, minimize, where, criteria.Objectives())
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return o
}

// house is a node with the example's model, two slots and no tenants.
func house(t testing.TB) Config {
	return Config{
		Seed: 1, Duration: time.Minute, Slowdown: []float64{1, 1.2}, HandOff: 30 * time.Microsecond, Models: []Model{glyphs(t)},
		Scheduler: scheduler.Config{Slots: 2, HandOff: 30 * time.Microsecond, RunLimit: 10 * time.Second, Fairness: 1},
	}
}

func poisson(rate float64) Arrivals { return Arrivals{Kind: Poisson, Rate: rate} }

func run(t testing.TB, c Config) *Result {
	t.Helper()
	r, err := Run(context.Background(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// anything is a scenario with all that may happen in one, drawn at random.
func anything(t testing.TB, seed uint64) Config {
	pick := rand.New(rand.NewPCG(seed, 0))
	c := house(t)
	c.Models = []Model{few(t)}
	c.Seed, c.Duration, c.Window = seed, time.Duration(1+pick.IntN(20))*time.Second, time.Duration(pick.IntN(3))*time.Second
	c.Scheduler.Slots = 1 + pick.IntN(4)
	for i := range 1 + pick.IntN(5) {
		own := Tenant{
			Name: string(rune('a' + i)), Share: 1 + 9*pick.Float64(), Criterion: criterion(t, "confidence >= 0.9"), Queue: 1 + pick.IntN(64),
			Overflow: tenants.Overflow(pick.IntN(2)), Deadline: time.Duration(pick.IntN(3)) * 10 * time.Millisecond,
			Joins: time.Duration(pick.IntN(3)) * time.Second,
		}
		if pick.IntN(2) == 0 {
			own.Criterion, own.Objective, own.Adapt = nil, objective(t, "accuracy", "", "response_time <= 20*ms"), profile.Pareto
		}
		if pick.IntN(3) == 0 {
			own.Leaves = own.Joins + time.Duration(1+pick.IntN(10000))*time.Millisecond
		}
		own.Arrivals = []Arrivals{
			poisson(400 * pick.Float64()), {Kind: Constant, Rate: 400 * pick.Float64()}, {}, {Kind: Trace, Trace: []Request{{At: time.Second, Sample: 3}, {At: 2 * time.Second, Sample: -1}}},
			{Kind: Bursty, Rate: 1000 * pick.Float64(), Between: 10 * pick.Float64(), Burst: time.Second, Pause: 2 * time.Second},
		}[pick.IntN(5)]
		for k := range pick.IntN(4) {
			own.Phases = append(own.Phases, Phase{At: time.Duration(k) * 3 * time.Second, Share: new(1 + pick.Float64()), Criterion: criterion(t, "confidence >= 0.8")})
			if own.Arrivals.Kind != Trace {
				own.Phases[k].Rate = new(300 * pick.Float64())
			}
		}
		c.Tenants = append(c.Tenants, own)
	}
	return c
}

// TestEveryRequestEndsOnce holds the books of anything against each other.
func TestEveryRequestEndsOnce(t *testing.T) {
	for seed := range uint64(trials.Pick(60, 8)) {
		c := anything(t, seed)
		for _, own := range run(t, c).Tenants {
			check := func(what string, f *Figures) {
				exits := uint64(0)
				for _, n := range f.Exits {
					exits += n
				}
				if exits != f.Answered || f.Cut > f.Answered {
					t.Errorf("seed %d, tenant %s, %s: %d answers of %d exits, %d cut", seed, own.Tenant, what, f.Answered, exits, f.Cut)
				}
			}
			f := own.Figures
			if ended := f.Answered + f.Refused + f.Shed + f.Expired + f.Removed; f.Requests != ended || f.Failed > 0 {
				t.Errorf("seed %d, tenant %s: %d requests, %d ends: %+v", seed, own.Tenant, f.Requests, ended, f)
			}
			check("all", &f)
			var sum Figures
			for _, w := range own.Windows {
				check("a window", &w.Figures)
				sum.Requests, sum.Answered, sum.Refused = sum.Requests+w.Requests, sum.Answered+w.Answered, sum.Refused+w.Refused
			}
			if len(own.Windows) > 0 && (sum.Requests != f.Requests || sum.Answered != f.Answered || sum.Refused != f.Refused) {
				t.Errorf("seed %d, tenant %s: windows add up to %+v, not %+v", seed, own.Tenant, sum, f)
			}
		}
	}
}

// TestTheSameSeedGivesTheSame compares results to the byte.
func TestTheSameSeedGivesTheSame(t *testing.T) {
	encode := func(seed uint64) string {
		b, err := json.Marshal(run(t, anything(t, seed)))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for seed := range uint64(trials.Pick(10, 2)) {
		if a, b := encode(seed), encode(seed); a != b {
			t.Errorf("seed %d: %s", seed, cmp.Diff(a, b))
		}
	}
	if encode(3) == encode(4) {
		t.Error("seeds 3 and 4 give the same")
	}
}

// TestListsAreLists holds that a list of nothing is one in JSON, and not null.
func TestListsAreLists(t *testing.T) {
	c := house(t)
	c.Tenants = []Tenant{{Name: "a", Share: 1, Criterion: criteria.Never(), Queue: 1}}
	b, err := json.Marshal(run(t, c).Tenants[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"changes":[]`, `"windows":[]`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("there is no %s in %s", want, b)
		}
	}
}

// TestOthersChangeNoRequest holds that another policy or tenant meets the same requests.
func TestOthersChangeNoRequest(t *testing.T) {
	c := house(t)
	c.Tenants = []Tenant{{Name: "a", Share: 1, Criterion: criteria.Never(), Queue: 1000, Arrivals: poisson(100)}}
	alone := run(t, c).Tenants[0]
	c.Tenants = append([]Tenant{{Name: "b", Share: 9, Criterion: criteria.Never(), Queue: 1000, Arrivals: poisson(200)}}, c.Tenants...)
	beside := run(t, c).Tenants[1]
	if alone.Requests != beside.Requests || *alone.Accuracy != *beside.Accuracy {
		t.Errorf("alone %d requests and accuracy %v, beside another tenant %d and %v", alone.Requests, *alone.Accuracy, beside.Requests, *beside.Accuracy)
	}
}

// TestATraceBeginsWhenItsTenantJoins holds that nobody sends what comes before: it does not come at once at the join.
func TestATraceBeginsWhenItsTenantJoins(t *testing.T) {
	c := house(t)
	c.Models, c.Duration, c.Window = []Model{few(t)}, 20*time.Second, time.Second
	var trace []Request
	for i := range 200 {
		trace = append(trace, Request{At: time.Duration(i) * 100 * time.Millisecond, Sample: -1})
	}
	c.Tenants = []Tenant{{Name: "a", Share: 1, Criterion: criterion(t, "confidence >= 0.9"), Queue: 8, Joins: 10 * time.Second, Arrivals: Arrivals{Kind: Trace, Trace: trace}}}
	a := run(t, c).Tenants[0]
	if a.Requests != 100 || a.Refused > 0 {
		t.Errorf("%d requests, %d refused: want 100, and none", a.Requests, a.Refused)
	}
	for _, w := range a.Windows {
		if w.Requests != 10 {
			t.Errorf("%g to %g s: %d requests of 10 a second", w.From, w.To, w.Requests)
		}
	}
}

// TestAnotherRateLeavesAPause holds that a pause in which the rate is changed goes on: since nothing is drawn while none come, a
// phase that says the rate again changes no request.
func TestAnotherRateLeavesAPause(t *testing.T) {
	c := house(t)
	c.Models = []Model{few(t)}
	c.Tenants = []Tenant{{Name: "a", Share: 1, Criterion: criterion(t, "confidence >= 0.9"), Queue: 8, Arrivals: Arrivals{Kind: Bursty, Rate: 100, Burst: time.Second, Pause: 20 * time.Second}}}
	c.Window = time.Second
	paused := 0
	for c.Seed = range 50 {
		c.Tenants[0].Phases = nil
		want := run(t, c)
		if w := want.Tenants[0].Windows; w[0].Requests+w[1].Requests > 0 {
			continue // a burst: what is left of an interval is drawn anew
		}
		paused++
		c.Tenants[0].Phases = []Phase{{At: time.Second, Rate: new(100.0)}}
		if diff := cmp.Diff(want, run(t, c)); diff != "" {
			t.Errorf("seed %d (-without +with a phase):\n%s", c.Seed, diff)
		}
	}
	if paused < 20 {
		t.Errorf("%d of 50 begin with a pause", paused)
	}
}

func TestWhatCannotBeSimulatedIsRefused(t *testing.T) {
	for words, spoil := range map[string]func(*Config){
		"the duration is 0s":                   func(c *Config) { c.Duration = 0 },
		"slowdown 1 is 0":                      func(c *Config) { c.Slowdown[0] = 0 },
		"slots must be at least 1":             func(c *Config) { c.Scheduler.Slots = 0 },
		"tenant a: it runs model 1 of 1":       func(c *Config) { c.Tenants[0].Model = 1 },
		"neither a criterion nor an objective": func(c *Config) { c.Tenants[0].Criterion = nil },
		"it has an objective, and model":       func(c *Config) { c.Tenants[0].Objective, c.Models[0].Evidence = new(criteria.Objective), nil },
		"it joins at 2s and leaves at 1s":      func(c *Config) { c.Tenants[0].Joins, c.Tenants[0].Leaves = 2*time.Second, time.Second },
		"no arrivals of the kind":              func(c *Config) { c.Tenants[0].Arrivals.Kind = "other" },
		"the rates are -1":                     func(c *Config) { c.Tenants[0].Arrivals.Rate = -1 },
		"bursts last for 0s":                   func(c *Config) { c.Tenants[0].Arrivals.Kind = Bursty },
		"request 1 of the trace comes at -1ns": func(c *Config) { c.Tenants[0].Arrivals.Trace = []Request{{At: -1}} },
		"is sample 3600 of 3600":               func(c *Config) { c.Tenants[0].Arrivals.Trace = []Request{{Sample: 3600}} },
		"the rate at 0s is":                    func(c *Config) { c.Tenants[0].Phases = []Phase{{Rate: new(1e9)}} },
		"the phase at 0s comes after":          func(c *Config) { c.Tenants[0].Phases = []Phase{{At: 1}, {}} },
		"needs room for at least one":          func(c *Config) { c.Tenants[0].Queue = 0 },
		"a sample has one for each":            func(c *Config) { c.Models[0].Outcomes = c.Models[0].Outcomes[1:] },
		"gives no response time":               func(c *Config) { c.Models[0].Profile = &profile.Profile{Exits: []profile.Exit{{Name: "a"}}} },
	} {
		c := house(t)
		c.Tenants = []Tenant{{Name: "a", Share: 1, Criterion: criteria.Never(), Queue: 8, Arrivals: poisson(1)}}
		spoil(&c)
		if _, err := Run(context.Background(), c, nil); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want %q", err, words)
		}
	}
}

func TestSomebodyMayEndIt(t *testing.T) {
	for name, a := range map[string]Arrivals{
		"requests":      poisson(100),
		"bursts of few": {Kind: Bursty, Rate: 1e-5, Burst: time.Millisecond, Pause: time.Millisecond},
		"empty bursts":  {Kind: Bursty, Burst: time.Millisecond, Pause: time.Millisecond},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		c := house(t)
		c.Duration = 8000 * time.Hour
		c.Tenants = []Tenant{{Name: "a", Share: 1, Criterion: criteria.Never(), Queue: 8, Arrivals: a}}
		var last time.Duration
		_, err := Run(ctx, c, func(now time.Duration) {
			if ctx.Err() != nil {
				t.Errorf("%s: it goes on to %s", name, now)
			}
			if last = now; now > time.Minute {
				cancel()
			}
		})
		if err != context.Canceled || last < time.Minute {
			t.Errorf("%s: got %v after %s", name, err, last)
		}
	}
}

// TestBurstsEnd holds that no burst is looked for beyond the end.
func TestBurstsEnd(t *testing.T) {
	c := house(t)
	c.Duration = time.Second
	c.Tenants = []Tenant{{Name: "a", Share: 1, Criterion: criteria.Never(), Queue: 8, Arrivals: Arrivals{Kind: Bursty, Rate: 1e-6, Burst: time.Nanosecond, Pause: time.Second}}}
	if a := run(t, c).Tenants[0]; a.Requests > 0 {
		t.Errorf("%d requests", a.Requests)
	}
}

// The design's goal is 10 s for eight hours at 20 requests a second.
func BenchmarkEightHours(b *testing.B) {
	c := house(b)
	c.Duration = 8 * time.Hour
	c.Tenants = []Tenant{
		{Name: "doorbell", Share: 60, Criterion: criterion(b, "confidence >= 0.9 || response_time > 20*ms"), Deadline: 50 * time.Millisecond, Queue: 64, Arrivals: poisson(10)},
		{Name: "survey", Share: 40, Objective: objective(b, "", "energy", "accuracy >= 0.92"), Adapt: profile.Pareto, Queue: 64, Arrivals: poisson(10)},
	}
	for b.Loop() {
		run(b, c)
	}
}
