package modelled

import (
	"fmt"
	"math"

	"github.com/delen-edge/delen/stages/profile"
)

// said is what an exit says about a sample. The zero value is of an exit that nothing is known of.
type said struct {
	predicted  int
	confidence float32
}

// unsure is what every exit says about anything when there are no outcomes: the first of two classes, which are as likely.
var unsure = said{predicted: 0, confidence: 0.5}

// maxClasses bounds the memory of an exit, whatever class an outcome names.
const maxClasses = 1 << 16

// arrange sorts outcomes by sample, in the order in which they come first, and by exit. Classes are as many as the outcomes
// name.
func arrange(outcomes []profile.Outcome, exits int) (samples [][]said, classes int, err error) {
	numbers := map[string]int{}
	classes = 2
	for i := range outcomes {
		o := &outcomes[i]
		n, ok := numbers[o.Sample]
		if !ok {
			n = len(samples)
			numbers[o.Sample] = n
			samples = append(samples, make([]said, exits))
		}
		if err := check(o, samples[n]); err != nil {
			return nil, 0, fmt.Errorf("sample %q, exit %d: %w", o.Sample, o.Exit, err)
		}
		samples[n][o.Exit-1] = said{o.Predicted, atLeast(o.Confidence)}
		classes = max(classes, o.Predicted+1, o.Label+1)
	}
	return samples, classes, whole(outcomes, samples, numbers)
}

// atLeast is the lowest number of an exit that is no lower than a confidence: an exit that has just the confidence of a threshold
// stops there, as it does in the profile.
func atLeast(confidence float64) float32 {
	f := float32(confidence)
	if float64(f) < confidence {
		f = math.Nextafter32(f, 1)
	}
	return f
}

// check holds an outcome against what is known of its sample.
func check(o *profile.Outcome, sample []said) error {
	switch {
	case o.Exit < 1 || o.Exit > len(sample):
		return fmt.Errorf("the profile has %d exits", len(sample))
	case sample[o.Exit-1] != said{}:
		return fmt.Errorf("there are two outcomes: a sample has one for each exit")
	case !(o.Confidence > 0 && o.Confidence <= 1):
		return fmt.Errorf("the largest of several probabilities is not %v", o.Confidence)
	case o.Predicted < 0 || o.Label < 0 || max(o.Predicted, o.Label) >= maxClasses:
		return fmt.Errorf("classes go from 0 to %d, not to %d", maxClasses-1, max(o.Predicted, o.Label))
	}
	return nil
}

// whole reports a sample that lacks an exit.
func whole(outcomes []profile.Outcome, samples [][]said, numbers map[string]int) error {
	if len(samples) > 0 && len(outcomes) == len(samples)*len(samples[0]) {
		return nil // none is twice
	}
	for i := range outcomes {
		for k, s := range samples[numbers[outcomes[i].Sample]] {
			if s == (said{}) {
				return fmt.Errorf("sample %q has no outcome for exit %d: a sample has one for each exit", outcomes[i].Sample, k+1)
			}
		}
	}
	return nil
}
