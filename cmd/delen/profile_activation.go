package main

import (
	"fmt"
	"strings"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/profile"
)

// activation is what is said of the exits, in the configuration's words.
func (f *profiling) activation() string {
	if f.probs {
		return profile.ActivationNone
	}
	return profile.ActivationSoftmax
}

// checkNoise looks at what the exits made of noise in a chain's last round, where there are no samples to tell whether they give
// logits.
func (f *profiling) checkNoise(c *chain) error {
	m := c.model.Model()
	watch := stages.NewActivationWatch(m)
	var values []float32
	for s := range m.Segments {
		watch.See(s, c.carries[0].Tensors[m.Segments[s].Exit].Values(&values))
	}
	return f.checkActivation(watch, m)
}

// checkActivation holds what the exits gave against --probabilities. A profile of the other kind would promise accuracies that
// no node keeps.
func (f *profiling) checkActivation(watch *stages.ActivationWatch, m *stages.Model) error {
	wrong := watch.Wrong()
	switch {
	case len(wrong) == 0:
		return nil
	case f.probs:
		return fmt.Errorf("%s logits, no probabilities: leave out --probabilities%s", gives(m, wrong), mixed(m, wrong))
	}
	return fmt.Errorf("%s probabilities already: add --probabilities%s", gives(m, wrong), mixed(m, wrong))
}

// gives begins a sentence about the exits of segments.
func gives(m *stages.Model, segments []int) string {
	if len(segments) == len(m.Exits) {
		return "the exits give"
	}
	names := make([]string, len(segments))
	for i, s := range segments {
		names[i] = m.Exits[s]
	}
	if len(names) == 1 {
		return "exit " + names[0] + " gives"
	}
	return "exits " + strings.Join(names, ", ") + " give"
}

// mixed says what to do when the exits are not all of one kind, and the flag cannot be right for all of them.
func mixed(m *stages.Model, wrong []int) string {
	if len(wrong) == len(m.Exits) {
		return ""
	}
	return ", or if the other exits are right without the change, name tensors of one kind with --exits"
}
