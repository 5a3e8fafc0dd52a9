package main

import (
	"math"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/profile"
)

// A calibration finds the temperature of each exit that makes its confidence as high as it is right: the one under which the
// labels are likeliest (Guo et al., "On Calibration of Modern Neural Networks", 2017). It tries a few dozen, and keeps of each
// sample what they make of it, but no logits: a thousand classes would be a thousand numbers.
type calibration struct {
	loss        [][heats]float64 // by exit: the sum of -ln p(label)
	confidences [][heats]float64 // by outcome
}

// heats is how many temperatures are tried: from 1/4 to 4, each 9 % above the one before. The middle one is 1.
const heats = 33

func heat(i int) float64 { return math.Exp2(float64(i-heats/2) / 8) }

// add looks at the logits that an exit, from 0, gave for a sample of a class; they have been read before. Temperatures are fitted to
// the sample, or it only gets the confidences that follow from them.
func (c *calibration) add(exit int, logits []float32, label int, fitted bool) {
	for exit >= len(c.loss) {
		c.loss = append(c.loss, [heats]float64{})
	}
	var confidences [heats]float64
	for i := range heats {
		// As the node reads it, to the last bit: thresholds are confidences of samples.
		m := stages.Model{Logits: true, Temperatures: []float64{heat(i)}}
		r, _ := m.Read(0, logits) // of what has been read before: no error
		confidences[i] = r.Confidence
		if fitted {
			c.loss[exit][i] -= math.Log(r.Confidence) + (float64(logits[label])-float64(logits[r.Predicted]))/heat(i)
		}
	}
	c.confidences = append(c.confidences, confidences)
}

// settle gives the profile's exits their temperatures, and the outcomes, which are in the order in which logits were added, the
// confidences that follow.
func (c *calibration) settle(p *profile.Profile, outcomes []profile.Outcome) {
	best := make([]int, len(c.loss))
	for exit := range c.loss {
		best[exit] = heats / 2
		for i, loss := range c.loss[exit] {
			if loss < c.loss[exit][best[exit]] {
				best[exit] = i
			}
		}
		t := heat(best[exit])
		p.Exits[exit].Temperature = &t
	}
	for n := range outcomes {
		outcomes[n].Confidence = c.confidences[n][best[outcomes[n].Exit-1]]
	}
}
