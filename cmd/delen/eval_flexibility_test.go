package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/delen-edge/delen/stages/profile"
)

// A machine that had something else to do is said to, and the profile is not blamed; nor is it for answers that a deadline cut.
func TestWhatTheProfileIsNotBlamedFor(t *testing.T) {
	promised := &flexibilityPromise{ExitShare: []float64{.5, .5}}
	for name, c := range map[string]struct {
		run  flexibilityRun
		off  float64 // points; below 0: not told
		says string
	}{
		"calm": {flexibilityRun{ExitShare: []float64{.6, .4}}, 10, ""},
		"busy": {flexibilityRun{ExitShare: []float64{.6, .4}, Others: .3}, -1, "busy machine"},
		"cut":  {flexibilityRun{ExitShare: []float64{.9, .1}, whole: []float64{.5, .5}, Cut: 8}, 0, "8 cut short by the deadline"},
	} {
		m := &flexibilityModel{Samples: 100}
		c.run.Promised = promised
		m.add(c.run)
		r := &m.Runs[0]
		if (r.OffBy == nil) != (c.off < 0) || r.OffBy != nil && (*r.OffBy < c.off-1e-9 || *r.OffBy > c.off+1e-9) || r.remark() != c.says {
			t.Errorf("%s: off by %v, remark %q", name, r.OffBy, r.remark())
		}
		var out strings.Builder
		if err := m.print(&out); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), "something else to do") != (c.off < 0) {
			t.Errorf("%s:\n%s", name, out.String())
		}
	}
}

// One exit for all requests costs the same until another takes over: its line goes in steps.
func TestPerWorkloadIsDrawnInSteps(t *testing.T) {
	m := &flexibilityModel{Samples: 100}
	for _, target := range []float64{.7, .8, .9} {
		m.add(flexibilityRun{Target: &target, Policy: string(profile.PerWorkload), Energy: target / 100})
		m.add(flexibilityRun{Target: &target, Policy: string(profile.Pareto), Energy: target / 200})
	}
	for _, s := range m.chart().Series {
		var x []float64
		for _, p := range s.Points {
			x = append(x, p[0])
		}
		want := map[string][]float64{"per-workload": {70, 70, 80, 80, 90}, "pareto": {70, 80, 90}}[s.Name]
		if !slices.Equal(x, want) {
			t.Errorf("%s is drawn over %v, want %v", s.Name, x, want)
		}
	}
}
