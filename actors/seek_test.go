package actors

import (
	"testing"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// However many objectives apps state, no more frontiers than a few are kept, and the one that requests with bounds wait for is
// sought once.
func TestObjectivesDriveOutFrontiersButNotThatOfRequests(t *testing.T) {
	p := &profile.Profile{Source: profile.Modelled}
	for k, cost := range []float64{1, 2} {
		p.Exits = append(p.Exits, profile.Exit{Name: string('a' + rune(k)), ResponseTime: new(cost), Energy: new(cost), FLOPs: new(cost)})
	}
	e, err := profile.NewEvidence(p, []profile.Outcome{
		{Sample: "one", Exit: 1, Confidence: 0.6}, {Sample: "one", Exit: 2, Confidence: 0.9},
		{Sample: "two", Exit: 1, Predicted: 1, Confidence: 0.8}, {Sample: "two", Exit: 2, Confidence: 0.9},
	})
	if err != nil {
		t.Fatal(err)
	}
	f := newFrontiers(e)
	within := f.within()
	for i := range 3 * mostFrontiers {
		f.of(bestWithin.With([]criteria.Bound{{Metric: criteria.Energy, Max: float64(1 + i)}}))
		if len(f.all) > mostFrontiers {
			t.Fatalf("%d frontiers are kept", len(f.all))
		}
	}
	if f.within() != within {
		t.Error("that of requests was sought again")
	}
}
