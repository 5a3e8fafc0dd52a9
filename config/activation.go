package config

import (
	"slices"

	"github.com/delen-edge/delen/stages/profile"
)

// linear are the operators whose results are no probabilities, whatever they compute.
var linear = []string{"Gemm", "MatMul", "Conv", "Add", "LogSoftmax"}

// checkActivation warns, at an attribute, of an exit whose values are not what the model's activation says. Operator is the one
// that computes them, or empty.
func (b *block) checkActivation(m *Model, at, exit, operator string) {
	switch {
	case m.Activation == Softmax && operator == "Softmax":
		b.warnAt(at, "Softmax twice", "Exit %q gives probabilities already, as it comes from a Softmax, and activation is \"softmax\": its confidence is far too low. "+
			"Write activation = \"none\".", exit)
	case m.Activation == Softmax && (operator == "Sigmoid" || operator == "HardSigmoid"):
		b.warnAt(at, "Softmax of a Sigmoid", "Exit %q gives a probability for each class already, as it comes from a %s, and activation is \"softmax\": its confidence is far too low. "+
			"Write activation = \"none\".", exit, operator)
	case m.Activation == None && slices.Contains(linear, operator):
		b.warnAt(at, "Logits taken for probabilities", "Exit %q gives logits, as it comes from a %s, and activation is \"none\": most requests fail. "+
			"Write activation = \"softmax\".", exit, operator)
	}
}

// matchActivation reports a profile whose outcomes were made with another activation than the model has: thresholds that it
// promises something of would be compared with other confidences. A profile that does not say is taken as it is.
func (b *block) matchActivation(m *Model, p *profile.Profile) bool {
	remedy := "Change activation, or measure the model again with delen profile --probabilities."
	if m.Activation == Softmax {
		remedy = "Write activation = \"none\" if the exits give probabilities, or else measure the model again with delen profile."
	}
	if p.Activation != "" && p.Activation != string(m.Activation) {
		b.failAt("profile", "Profile of another activation", "The profile was measured with activation = %q, and the model has %q: a confidence means something else in each. %s",
			p.Activation, string(m.Activation), remedy)
		return false
	}
	if m.Activation == None && p.Temperatures() != nil {
		b.failAt("profile", "Profile of logits", "The profile has temperatures, by which logits are divided, but the exits give probabilities already. Measure the model again with delen profile --probabilities, or leave out activation.")
		return false
	}
	return true
}
