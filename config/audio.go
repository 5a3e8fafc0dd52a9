package config

import (
	"fmt"
	"time"

	"github.com/delen-edge/delen/stages/audio"
	"github.com/delen-edge/delen/stages/graph"
)

// audio decodes a model's audio block; without a right one there is no Spec.
func (b *block) audio() *audio.Spec {
	before := len(b.diags)
	h := b.one("audio")
	if h == nil {
		return nil
	}
	in := b.openBlock(h, audioSchema)
	in.label = b.label
	rate, length := in.count("rate"), in.duration("length")
	b.adopt(in)
	if len(b.diags) > before || rate == 0 || length == 0 {
		return nil // nothing to hold against the model
	}
	samples := int64(rate) * int64(length)
	if samples%int64(time.Second) != 0 {
		made := fmt.Sprintf("%s at %d Hz are %g samples", length, rate, float64(samples)/float64(time.Second))
		if hidden := b.variables(audioSchema.kind); hidden != "" {
			made = "What comes from " + hidden + " makes a part of a sample"
		}
		in.failAt("length", "Invalid length", "%s, but a recording has a whole number of them. Change length or rate.", made)
		return nil
	}
	return &audio.Spec{Rate: rate, Samples: int(samples / int64(time.Second))}
}

// checkAudio holds an audio block against what the model takes.
func (b *block) checkAudio(m *Model, inputs []graph.Tensor) {
	if m.Audio == nil {
		return
	}
	at := b.of("audio")[0].TypeRange
	if len(inputs) != 1 {
		b.fail(at, "Input of another model", "A recording is one tensor, but the model takes %d inputs. Leave the audio block out.", len(inputs))
		return
	}
	in := inputs[0]
	if in.Type != graph.Float32 && in.Type != graph.Unknown {
		b.fail(at, "Input of another model", "A recording becomes floats of 32 bits, but the model takes %s. Leave the audio block out.", in)
		return
	}
	if in.Shape == nil || len(in.Shape) > 0 && m.Audio.Fits(in.Shape[1:]) {
		return // without a shape, only the runtime knows
	}
	made := fmt.Sprintf("[%d] or [1 %[1]d]", m.Audio.Samples)
	if hidden := b.variables(audioSchema.kind); hidden != "" {
		made = "what comes from " + hidden
	}
	b.fail(at, "Input of another model", "The block makes tensors of shape %s, but the model takes %s, the first dimension being the row. "+
		"Change rate or length, or leave the audio block out.", made, in)
}

var audioSchema = &schema{
	kind: "audio", instead: "input",
	doc: "How a recording becomes the model's input, for programs that send sound: the mean of its channels, samples from -1 to 1, and silence after them " +
		"up to `length`. A model that takes no recordings, or several inputs, has no such block, and none has both this and `input`. Recordings of another " +
		"rate, and longer ones, are errors.",
	attributes: []*attribute{{
		name: "rate", form: aCount, low: "1000", high: "384000", required: true, example: "16000",
		doc: "How many samples a second a recording has.",
	}, {
		name: "length", form: aDuration, low: "1ms", high: "60s", required: true, example: `"1s"`,
		doc: "How long it may be. `rate` times `length` is a whole number of samples: the model's input has that many.",
	}},
}
