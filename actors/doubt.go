package actors

import (
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/stages"
)

// doubtOf says that the exit of a segment does not give what the configuration says.
func doubtOf(m *stages.Model, segment int) event.ActivationDoubted {
	e := event.ActivationDoubted{Model: m.Name, Exit: m.Exits[segment], Activation: "none",
		Advice: `the exit gives logits: write activation = "softmax" in the model block`}
	if m.Logits {
		e.Activation = "softmax"
		e.Advice = `the exit gives probabilities already, so that its confidence is far too low: write activation = "none" in the model block`
	}
	return e
}
