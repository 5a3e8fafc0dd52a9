package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/scheduler/sim"
)

// loadScenario loads a fixture in a house of its own.
func loadScenario(t *testing.T, src string) *Scenario {
	t.Helper()
	dir := house(t)
	write(t, dir, "scenario.hcl", []byte(src))
	s, diags := LoadScenario(filepath.Join(dir, "scenario.hcl"))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return s
}

func TestScenario(t *testing.T) {
	s := loadScenario(t, `
config = "named"
simulation {
  duration = "10m"
  slowdown = [1, 1.5, 2]
  phase {
    at     = "5m"
    hybrid = 0.5
  }
  phase {
    at     = "2m"
    policy = "first-come"
  }
}
workload "survey" {
  arrivals = "trace"
  trace    = "trace.csv"
  joins    = "500ms"
  phase {
    at    = "4m"
    share = 3
    objective {
      minimize = energy
    }
  }
  phase {
    at        = "3m"
    exit_when = confidence > 0.5
  }
}
`)
	if got := s.Simulation; got.Duration != 10*time.Minute || got.Seed != 1 || got.Window != 30*time.Second || !cmp.Equal(got.Slowdown, []float64{1, 1.5, 2}) {
		t.Errorf("simulation %+v", got)
	}
	if diff := cmp.Diff([]sim.Rule{
		{At: 2 * time.Minute, Rule: scheduler.Rule{Policy: scheduler.FirstCome, Fairness: 1}},
		{At: 5 * time.Minute, Rule: scheduler.Rule{Policy: scheduler.FirstCome, Fairness: 0.5}},
	}, s.Simulation.Rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	w := s.Workload(s.Tenant("survey"))
	if w == nil || w.Joins != 500*time.Millisecond || w.Leaves != 0 || s.Workload(s.Tenant("door-camera")) != nil {
		t.Fatalf("workloads %+v", s.Workloads)
	}
	if diff := cmp.Diff(sim.Arrivals{Kind: sim.Trace, Trace: []sim.Request{
		{At: 500 * time.Millisecond, Sample: 3}, {At: 750 * time.Millisecond, Sample: -1},
		{At: time.Second, Sample: 0, Takes: []time.Duration{time.Millisecond, 2 * time.Millisecond}},
	}}, w.Arrivals); diff != "" {
		t.Errorf("arrivals (-want +got):\n%s", diff)
	}
	if p := w.Phases; len(p) != 2 || p[0].Criterion.String() != "confidence > 0.5" || p[1].Criterion != nil || p[1].Objective.String() != "minimize energy" || *p[1].Share != 3 {
		t.Errorf("phases %+v", p)
	}
}

// TestWindows holds how many windows there may be, and what is written in the place of too many.
func TestWindows(t *testing.T) {
	t.Setenv("DELEN_TEST_WINDOW", "1ms")
	for _, c := range []struct{ duration, window, summary, detail string }{
		{"1h", `"360ms"`, "", ""},
		{"1h", `"1h"`, "", ""},
		{"1h", `"1ms"`, "Too many windows", `A window of 1ms makes 3600000 windows of 1h0m0s: write at least window = "360ms", or leave it out.`},
		{"1h0m0.000000001s", `"360ms"`, "Too many windows", `A window of 360ms makes 10001 windows of 1h0m0.000000001s: write at least window = "361ms", or leave it out.`},
		{"1h", "env.DELEN_TEST_WINDOW", "Too many windows", "With the value of env.DELEN_TEST_WINDOW there are more than 10000 windows. Write a longer window, or leave it out."},
		{"1m", `"61s"`, "Window longer than the simulation", "A window of 1m1s is longer than the duration of 1m0s: the figures over time are those of all of it. Write a shorter window, or leave it out."},
	} {
		dir := house(t)
		write(t, dir, "scenario.hcl", fmt.Appendf(nil, "config = \"named\"\nsimulation {\n duration = %q\n window = %s\n}\n", c.duration, c.window))
		_, diags := LoadScenario(filepath.Join(dir, "scenario.hcl"))
		if c.summary == "" {
			if len(diags) > 0 {
				t.Errorf("a window of %s: %v", c.window, diags)
			}
			continue
		}
		if len(diags) != 1 || diags[0].Summary != c.summary || diags[0].Detail != c.detail || diags.HasErrors() != strings.HasPrefix(c.summary, "Too many") {
			t.Errorf("a window of %s: got %v\nwant %s | %s", c.window, diags, c.summary, c.detail)
		}
	}
}

// TestATraceOfOtherTimes holds what is said of requests that do not come. The trace's three come at 0.5, 0.75 and 1 s.
func TestATraceOfOtherTimes(t *testing.T) {
	for _, c := range []struct{ duration, terms, want string }{
		{"10s", "", ""},
		{"1001ms", "joins = \"500ms\"\n leaves = \"1001ms\"", ""},
		{"1s", "", "After the end | 1 of 3 requests comes after the end, and"},
		{"100ms", "", "After the end | 3 of 3 requests come after the end, and"},
		{"10s", "joins = \"1s\"", "Before the tenant joins | 2 of 3 requests come before the tenant does, and"},
		{"10s", "leaves = \"750ms\"", "After the tenant leaves | 2 of 3 requests come after the tenant has left, and"},
		{"1s", "joins = \"600ms\"\n leaves = \"700ms\"", "After the end | 1 of 3\nAfter the tenant leaves | 1 of 3\nBefore the tenant joins | 1 of 3"},
		{"1s", "joins = \"2s\"", "After the end | When it is 2s"},
	} {
		dir := house(t)
		write(t, dir, "scenario.hcl", fmt.Appendf(nil, "config = \"named\"\nsimulation {\n duration = %q\n}\nworkload \"survey\" {\n arrivals = \"trace\"\n trace = \"trace.csv\"\n %s\n}\n", c.duration, c.terms))
		_, diags := LoadScenario(filepath.Join(dir, "scenario.hcl"))
		var got []string
		for _, d := range diags {
			got = append(got, d.Summary+" | "+d.Detail)
		}
		slices.Sort(got)
		want := strings.Split(c.want, "\n")
		if c.want == "" {
			want = nil
		}
		if diags.HasErrors() || !slices.EqualFunc(got, want, strings.HasPrefix) {
			t.Errorf("%s, %s:\n got %q\nwant %q", c.duration, c.terms, got, want)
		}
	}
}

// TestAScenarioOfNothingIsToldOfConfig holds that who leaves config out is told of it, and who has it is not.
func TestAScenarioOfNothingIsToldOfConfig(t *testing.T) {
	for src, want := range map[string]struct{ errors, told int }{
		"simulation {\n duration = \"1m\"\n}\n":                        {3, 3},
		"node \"edge\" {}\n":                                           {3, 2},
		"config = \"node.hcl\"\nsimulation {\n duration = \"1m\"\n}\n": {2, 0},
	} {
		dir := house(t)
		write(t, dir, "node.hcl", []byte("node \"edge\" {}\n"))
		write(t, dir, "scenario.hcl", []byte(src))
		_, diags := LoadScenario(filepath.Join(dir, "scenario.hcl"))
		told := 0
		for _, d := range diags {
			if strings.HasSuffix(d.Detail, `, or write config = "edge.hcl" for a configuration that has one.`) {
				told++
			}
		}
		if len(diags) != want.errors || told != want.told {
			t.Errorf("%s\n%d of %d say to write config, want %d of %d: %v", src, told, len(diags), want.told, want.errors, diags)
		}
	}
}

// TestScenarioLacks holds what is said of a scenario that lacks something, or names something that is not there.
func TestScenarioLacks(t *testing.T) {
	for src, want := range map[string]string{
		"config = \"named/edge.hcl\"\n":                                      "Missing simulation block",
		"config = \"nowhere.hcl\"\nsimulation {\n  duration = \"1m\"\n}":     "No such configuration",
		"config = 5\nsimulation {\n  duration = \"1m\"\n}":                   "Wrong type",
		"config = \"scenario.hcl\"\nsimulation {\n  duration = \"1m\"\n}":    "Scenario",
		"config = \"named/edge.hcl\"\nsimulation {\n}\n":                     "Missing duration",
		"config = \"named/edge.hcl\"\nsimulation {\n duration = \"0s\"\n}":   "Invalid duration",
		"config = \"named/edge.hcl\"\nsimulaton {\n  duration = \"1m\"\n}\n": "Unknown block",
	} {
		dir := house(t)
		write(t, dir, "scenario.hcl", []byte(src))
		s, diags := LoadScenario(filepath.Join(dir, "scenario.hcl"))
		if len(diags) != 1 || diags[0].Summary != want || s.Tenants != nil || s.Files == nil {
			t.Errorf("%s\n%v; want %s", src, diags, want)
		}
	}
}
