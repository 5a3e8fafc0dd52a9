package main

import (
	"math"
	"slices"
	"testing"

	"github.com/delen-edge/delen/stages/profile"
)

var publishedAccuracies = []float64{.4354, .6803, .7675, .7657}

// What is simulated has the published accuracies, and exits that are as confident as they are right.
func TestSimulatedOutcomesHaveTheirAccuraciesAndAreCalibrated(t *testing.T) {
	const n = 50000
	outcomes := simulateOutcomes(publishedAccuracies, n, 7)
	accuracies, err := profile.Accuracies(outcomes, 4)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range publishedAccuracies {
		if limit := 5 * math.Sqrt(want*(1-want)/n); math.Abs(accuracies[k]-want) > limit {
			t.Errorf("exit %d is right with %g, want %g", k+1, accuracies[k], want)
		}
	}
	var said, right, all [10]float64
	for _, o := range outcomes {
		b := min(int(10*o.Confidence), 9)
		said[b] += o.Confidence
		all[b]++
		if o.Correct() {
			right[b]++
		}
	}
	for b := range all {
		if limit := 5 * math.Sqrt(all[b]) / 2; all[b] < 1000 || math.Abs(said[b]-right[b]) > limit {
			t.Errorf("of %g outcomes with a confidence from %.1f, %g are right, and should be %.0f", all[b], float64(b)/10, right[b], said[b])
		}
	}
}

func TestTheSeedDecidesWhatIsSimulated(t *testing.T) {
	a, b, c := simulateOutcomes(publishedAccuracies, 10, 1), simulateOutcomes(publishedAccuracies, 10, 1), simulateOutcomes(publishedAccuracies, 10, 2)
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Error("the same seed gives other outcomes, or another the same")
	}
}

// The counting, against one outcome at a time by the definition.
func TestCountFollowsTheThresholds(t *testing.T) {
	outcome := func(confidence float64, predicted int) profile.Outcome {
		return profile.Outcome{Confidence: confidence, Predicted: predicted}
	}
	outcomes := []profile.Outcome{
		outcome(.9, 0), outcome(.1, 1), outcome(.1, 1), // leaves at exit 1, right
		outcome(.5, 1), outcome(.6, 0), outcome(.1, 1), // at exit 2, for it is at least .6, right
		outcome(.5, 0), outcome(.59, 0), outcome(0, 1), // at exit 3, which always answers, wrong
		outcome(.8, 1), outcome(.99, 0), outcome(.9, 0), // at exit 1, wrong
	}
	var r flexibilityRun
	r.count([]float64{.8, .6}, []float64{1, 3, 7}, outcomes)
	if !slices.Equal(r.ExitShare, []float64{.5, .25, .25}) || r.Accuracy != .5 || r.Energy != 3 {
		t.Errorf("shares %v, accuracy %g, energy %g", r.ExitShare, r.Accuracy, r.Energy)
	}
}

func TestUsualTargets(t *testing.T) {
	p := &profile.Profile{}
	for i := range publishedAccuracies {
		p.Exits = append(p.Exits, profile.Exit{Accuracy: &publishedAccuracies[i]})
	}
	if got, want := usualTargets(p), []float64{.50, .56, .63, .70, .75}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	p.Exits[0].Accuracy = nil
	if got := usualTargets(p); got != nil {
		t.Errorf("targets %v of accuracies that are not known", got)
	}
}
