package config

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/delen-edge/delen/stages/graph"
	"github.com/delen-edge/delen/stages/picture"
)

// picture decodes a model's input block; without a right one there is no Spec.
func (b *block) picture() *picture.Spec {
	h := b.one("input")
	if h == nil {
		return nil
	}
	before := len(b.diags)
	in := b.openBlock(h, pictureSchema)
	in.label = b.label
	p := &picture.Spec{Color: in.color(), Layout: in.choice("layout")}
	p.Height, p.Width = in.sides()
	p.Mean = in.channels("mean", p, 0)
	p.Std = in.channels("std", p, 1)
	if slices.Contains(p.Std, 0) {
		in.failAt("std", "Invalid std", "Values are divided by std, so none is 0. Write 1 to leave them as they are.")
	}
	b.adopt(in)
	if len(b.diags) > before || p.Color == "" {
		return nil // nothing to hold against the model
	}
	return p
}

// color reads the color, or nothing when it is wrong: then no list is held
// against the default.
func (b *block) color() string {
	before := len(b.diags)
	color := b.choice("color")
	if a, ok := b.attrs["color"]; len(b.diags) > before || ok && isBroken(a.Expr) {
		return ""
	}
	return color
}

// sides reads the height and width, 0 when they are wrong.
func (b *block) sides() (height, width int) {
	const most = 16384
	list := b.numbers("size")
	if list == nil {
		return 0, 0 // reported
	}
	example := b.schema.attribute("size").instance()
	if len(list) != 2 {
		b.failAt("size", "Invalid size", "size is the height and the width in pixels, not a list of %d. Write for instance %s.", len(list), example)
		return 0, 0
	}
	for _, side := range list {
		if !(side.value >= 1 && side.value <= most) || side.value != float64(int(side.value)) {
			b.fail(side.at, "Invalid size", "A side is a whole number of pixels from 1 to %d, not %s. Write for instance %s.", most, side.shown, example)
			return 0, 0
		}
	}
	return int(list[0].value), int(list[1].value)
}

// channels reads a finite number per channel.
func (b *block) channels(name string, p *picture.Spec, otherwise float64) []float64 {
	usual := slices.Repeat([]float64{otherwise}, p.Channels())
	list := b.numbers(name)
	if list == nil {
		return usual
	}
	if p.Color != "" && len(list) != p.Channels() {
		b.failAt(name, "Invalid "+name, "%s has a number for each channel, which are %d when color is %s, and not %d. Write that many.",
			name, p.Channels(), b.tell("color", strconv.Quote(p.Color)), len(list))
		return usual
	}
	for _, e := range list {
		if !(e.value >= -1e9 && e.value <= 1e9) {
			b.fail(e.at, "Invalid "+name, "%s is for values from 0 to 1, so %s is out of range. Write for instance %s.", name, e.shown, b.schema.attribute(name).instance())
		}
	}
	return plain(list)
}

// checkPicture holds an input block against what the model takes.
func (b *block) checkPicture(m *Model, inputs []graph.Tensor) {
	if m.Input == nil {
		return
	}
	at := b.of("input")[0].TypeRange
	if len(inputs) != 1 {
		b.fail(at, "Input of another model", "A picture is one tensor, but the model takes %d inputs. Leave the input block out.", len(inputs))
		return
	}
	if t := inputs[0].Type; t != graph.Float32 && t != graph.Unknown {
		b.fail(at, "Input of another model", "A picture becomes floats of 32 bits, but the model takes %s. Leave the input block out.", inputs[0])
		return
	}
	shape := inputs[0].Shape
	if shape == nil {
		return // only the runtime knows
	}
	want := m.Input.Shape()[1:]
	fits := len(shape) == 4
	for i := range want {
		fits = fits && (shape[i+1] < 0 || shape[i+1] == want[i])
	}
	if fits {
		return
	}
	made := fmt.Sprintf("tensors of shape %v", want)
	if hidden := b.variables(pictureSchema.kind); hidden != "" {
		made = "tensors whose shape comes from " + hidden
	}
	b.fail(at, "Input of another model", "The block makes %s, but the model takes %s, the first dimension being the row. Change layout, size or color.", made, inputs[0])
}

var pictureSchema = &schema{
	kind: "input",
	doc: "How a picture becomes the model's input, for programs that send pictures: each value is scaled to 0..1, then `mean` is subtracted and " +
		"the rest divided by `std`. A model that takes no pictures, or several inputs, has no such block.",
	attributes: []*attribute{{
		name: "size", form: numberList, required: true, example: "[32, 32]",
		doc: "The height and the width in pixels, each from 1 to 16384. Pictures are scaled to it.",
	}, {
		name: "layout", form: aChoice, words: []string{picture.NCHW, picture.NHWC},
		doc: "The order of the tensor's axes: row, channel, height, width, or the channel last.",
	}, {
		name: "color", form: aChoice, words: []string{picture.RGB, picture.Gray},
		doc: "Three channels, or one of brightness.",
	}, {
		name: "mean", form: numberList, otherwise: "0 for each channel", example: "[0.485, 0.456, 0.406]",
		doc: "A number for each channel.",
	}, {
		name: "std", form: numberList, otherwise: "1 for each channel", example: "[0.229, 0.224, 0.225]",
		doc: "A number for each channel, not 0.",
	}},
}
