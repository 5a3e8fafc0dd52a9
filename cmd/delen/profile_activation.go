package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/onnx"
	"github.com/delen-edge/delen/stages/profile"
)

// activation is what is said of the exits, in the configuration's words.
func (f *profiling) activation() string {
	if f.probs {
		return profile.ActivationNone
	}
	return profile.ActivationSoftmax
}

// checkNoise looks at what the exits make of noise, where there are no samples to tell whether they give logits.
func (f *profiling) checkNoise(ctx context.Context, m *onnx.Model) (err error) {
	c, err := newChain(m, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	watch := stages.NewActivationWatch(m.Model())
	c.ready()
	var values []float32
	for s := range c.runners {
		if _, err := c.run(ctx, s); err != nil {
			return err
		}
		watch.See(s, c.carries[0].Tensors[m.Model().Segments[s].Exit].Values(&values))
	}
	return f.checkActivation(watch, m.Model())
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
	return fmt.Errorf("%s probabilities already (no value is below 0, and they add up to 1): add --probabilities%s", gives(m, wrong), mixed(m, wrong))
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
