package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// What is not published, and therefore assumed: how alike the exits find a sample, and how well an exit knows itself.
const (
	simulatedAlike   = 0.8 // the correlation of how hard two exits find a sample; 1 is the same
	simulatedBlur    = 1.0 // the deviation of what an exit sees of that, in deviations of what it is; 0 is to know its mistakes
	simulatedSamples = 20000
)

// simulateOutcomes draws what exits of these accuracies say about samples of two classes.
//
// How hard exit k finds a sample is h = sqrt(a)*z + sqrt(1-a)*e, with z the sample's own and e the exit's with it, both
// normal; so h is normal too, and when the exit is right wherever h is below the normal quantile q of its accuracy, it is
// right with exactly that probability. It sees o = h + b*v, v normal, and is as confident as it should be: by the
// probability of being right given o, for which h is normal with mean o/(1+b^2) and variance b^2/(1+b^2).
func simulateOutcomes(accuracies []float64, samples int, seed uint64) []profile.Outcome {
	rng := rand.New(rand.NewPCG(seed, 1))
	outcomes := make([]profile.Outcome, 0, samples*len(accuracies))
	spread := simulatedBlur * simulatedBlur / (1 + simulatedBlur*simulatedBlur)
	for i := range samples {
		name, z := strconv.Itoa(i), rng.NormFloat64()
		for k, accuracy := range accuracies {
			q := math.Sqrt2 * math.Erfinv(2*accuracy-1)
			h := math.Sqrt(simulatedAlike)*z + math.Sqrt(1-simulatedAlike)*rng.NormFloat64()
			seen := h + simulatedBlur*rng.NormFloat64()
			o := profile.Outcome{Sample: name, Exit: k + 1, Confidence: normal((q - seen*(1-spread)) / math.Sqrt(spread))}
			if h >= q {
				o.Predicted = 1
			}
			outcomes = append(outcomes, o)
		}
	}
	return outcomes
}

// normal is the distribution function of the normal distribution.
func normal(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// simulateModel chooses the points of a published profile on one draw of outcomes, and counts what comes of them on another.
func simulateModel(s *evalSubject, targets []float64) (*flexibilityModel, error) {
	accuracies, ok := s.profile.Every(func(e *profile.Exit) *float64 { return e.Accuracy })
	energies, known := s.profile.Every(func(e *profile.Exit) *float64 { return e.Energy })
	if !ok || !known {
		return nil, fmt.Errorf("%s: %s is simulated by the accuracy and the energy of every exit: write those that are null", s.from, s.name)
	}
	chosen, counted := simulateOutcomes(accuracies, simulatedSamples, 1), simulateOutcomes(accuracies, simulatedSamples, 2)
	p, err := withAccuracies(s.profile, chosen)
	if err != nil {
		return nil, err
	}
	evidence, err := profile.NewEvidence(p, chosen)
	if err != nil {
		return nil, err
	}
	m := newFlexibilityModel(s)
	m.Simulated, m.Samples, m.From = true, simulatedSamples, "simulated outcomes of "+s.from
	frontier := evidence.Frontier(cheapest(nil), profile.Certainty{})
	run := func(target *float64, policy profile.Policy) {
		c := frontier.Choose(policy, cheapest(target), profile.Load{Pace: 1})
		r := flexibilityRun{Target: target, Policy: string(policy), Promised: promiseOf(&c.Point)}
		for _, b := range c.Unmet {
			r.Unmet = append(r.Unmet, b.String())
		}
		r.count(c.Point.Thresholds, energies, counted)
		m.add(r)
	}
	run(nil, profile.Full)
	m.addOracle(&frontier.Oracle)
	for _, t := range targets {
		run(&t, profile.Pareto)
		run(&t, profile.PerWorkload)
	}
	return m, nil
}

// cheapest is the objective of the experiment; without a target there is no bound.
func cheapest(target *float64) *criteria.Objective {
	o := &criteria.Objective{Metric: criteria.Energy}
	if target != nil {
		o.Where = []criteria.Bound{{Metric: criteria.Accuracy, Min: *target, Max: math.Inf(1)}}
	}
	return o
}

// withAccuracies is a profile with the accuracies of a draw, which are near to those that it is drawn from.
func withAccuracies(p *profile.Profile, outcomes []profile.Outcome) (*profile.Profile, error) {
	drawn, err := profile.Accuracies(outcomes, len(p.Exits))
	if err != nil {
		return nil, err
	}
	q := *p
	q.Exits = append([]profile.Exit(nil), p.Exits...)
	for i := range q.Exits {
		q.Exits[i].Accuracy = &drawn[i]
	}
	return &q, nil
}

// count runs the samples past the thresholds. Outcomes are those of one sample after those of the other, in the order of exits.
func (r *flexibilityRun) count(thresholds, energies []float64, outcomes []profile.Outcome) {
	exits := len(energies)
	r.ExitShare = make([]float64, exits)
	part := float64(exits) / float64(len(outcomes))
	for at := 0; at < len(outcomes); at += exits {
		k := 0
		for k < exits-1 && outcomes[at+k].Confidence < thresholds[k] {
			k++
		}
		r.ExitShare[k] += part
		r.Energy += energies[k] * part
		if outcomes[at+k].Correct() {
			r.Accuracy += part
		}
	}
}
