package profile

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/delen-edge/delen/criteria"
)

// TestThresholdsThatAreStatedBringWhatThoseThatAreFoundDo: the points of a frontier that counts all samples, as criteria.
func TestThresholdsThatAreStatedBringWhatThoseThatAreFoundDo(t *testing.T) {
	for _, exits := range []int{2, 3, 5} {
		for shape, p := range populations(exits) {
			e := p.evidence(3, 400)
			f := e.Frontier(cheap, Certainty{Off: true})
			for _, want := range slices.Concat(f.Points, f.Single) {
				got := e.Follow(criteria.Thresholds(want.Thresholds), Load{Pace: 1})
				if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Point{}, "Thresholds", "AccuracyLow")); diff != "" {
					t.Errorf("%d exits, shape %d, %v (-found +stated):\n%s", exits, shape, want.Thresholds, diff)
				}
				if !(got.AccuracyLow < got.Accuracy) {
					t.Errorf("%v is certain of %v", got.AccuracyLow, got.Accuracy)
				}
			}
		}
	}
}

// handWritten has two samples and three exits.
func handWritten(t *testing.T) *Evidence {
	t.Helper()
	p := &Profile{Source: Modelled}
	for k, cost := range []float64{1, 2, 4} {
		p.Exits = append(p.Exits, Exit{Name: string('a' + rune(k)), ResponseTime: new(cost), Energy: new(10 * cost), FLOPs: new(100 * cost)})
	}
	e, err := NewEvidence(p, []Outcome{
		{"one", 0, 1, 0, 0.6}, {"one", 0, 2, 0, 0.5}, {"one", 0, 3, 0, 0.9},
		{"two", 0, 1, 1, 0.8}, {"two", 0, 2, 2, 0.9}, {"two", 0, 3, 2, 0.9},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestFollow(t *testing.T) {
	e := handWritten(t)
	for _, c := range []struct {
		criterion string
		load      Load
		shares    []float64
	}{
		{"false", Load{Pace: 1}, []float64{0, 0, 1}},
		{"exit >= 2", Load{Pace: 1}, []float64{0, 1, 0}},
		{"confidence > 0.7", Load{Pace: 1}, []float64{0.5, 0, 0.5}},
		{"agreement >= 2", Load{Pace: 1}, []float64{0, 0.5, 0.5}},
		{"response_time > 1500*ms", Load{Pace: 1}, []float64{0, 1, 0}},
		{"response_time > 1500*ms", Load{Pace: 2}, []float64{1, 0, 0}},
		{"response_time > 1500*ms", Load{Pace: 1, MeanWait: 0.6, Wait: 9}, []float64{1, 0, 0}},
		{"next.energy > 30*J", Load{Pace: 3}, []float64{0, 1, 0}},
		{"accuracy >= 0.5 && flops < 150*MFLOPs", Load{Pace: 1}, []float64{1, 0, 0}},
		{"entropy < 9 || margin > 0 || battery > 0", Load{Pace: 1}, []float64{0, 0, 1}},
		{"[null, confidence < 0.6]", Load{Pace: 1}, []float64{0, 0.5, 0.5}},
	} {
		criterion, diags := criteria.Parse(c.criterion, 3, criteria.All())
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		if diff := cmp.Diff(c.shares, e.Follow(criterion, c.load).ExitShare); diff != "" {
			t.Errorf("%s under %+v (-want +got):\n%s", c.criterion, c.load, diff)
		}
	}
	got := e.Follow(criteria.Never(), Load{Pace: 7, Wait: 3})
	if got.Accuracy != 0.5 || got.ResponseTime != 4 || got.Energy != 40 || got.FLOPs != 400 || got.ResponseP95 != 6 || got.Thresholds != nil {
		t.Errorf("%+v, want the last exit's figures on an idle machine", got)
	}
}

func TestLast(t *testing.T) {
	p := &Profile{Exits: []Exit{{ResponseTime: new(1.0)}, {ResponseTime: new(2.0), Energy: new(3.0)}}}
	got := p.Last()
	if got.ResponseTime != 2 || got.ResponseP95 != 3 || got.Energy != 3 || !math.IsNaN(got.FLOPs) || !math.IsNaN(got.Accuracy) || got.ExitShare[1] != 1 {
		t.Errorf("%+v", got)
	}
}
