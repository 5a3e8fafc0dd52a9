package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/delen-edge/delen/stages/graph"
	"github.com/delen-edge/delen/stages/picture"
)

// picture decodes an input block; without a right one there is no Picture.
func (d *decoder) picture(h *hcl.Block) *picture.Spec {
	if h == nil {
		return nil
	}
	before := len(d.diags)
	b := d.openBlock(h, pictureSchema)
	p := &picture.Spec{Layout: b.choice("layout", picture.NCHW, picture.NHWC), Color: b.choice("color", picture.RGB, picture.Gray)}
	p.Height, p.Width = b.size()
	p.Mean = b.channels("mean", p, 0)
	p.Std = b.channels("std", p, 1)
	if slices.Contains(p.Std, 0) {
		b.failAt("std", "Invalid std", "Values are divided by std, so none is 0. Write 1 to leave them as they are.")
	}
	if len(d.diags) > before {
		return nil // nothing to hold against the model
	}
	return p
}

// size reads the height and width, 0 when they are wrong.
func (b *block) size() (height, width int) {
	const most = 16384
	b.demand("size", "[32, 32]")
	list := b.numbers("size", "[32, 32]")
	if list == nil {
		return 0, 0 // reported
	}
	if len(list) != 2 {
		b.failAt("size", "Invalid size", "size is the height and the width in pixels, not a list of %d. Write for instance size = [32, 32].", len(list))
		return 0, 0
	}
	for _, side := range list {
		if !(side.value >= 1 && side.value <= most) || side.value != float64(int(side.value)) {
			b.fail(side.at, "Invalid size", "A side has from 1 to %d pixels, not %v.", most, side.value)
			return 0, 0
		}
	}
	return int(list[0].value), int(list[1].value)
}

// channels reads a finite number per channel.
func (b *block) channels(name string, p *picture.Spec, otherwise float64) []float64 {
	usual := slices.Repeat([]float64{otherwise}, p.Channels())
	if !b.given(name) {
		return usual
	}
	example := "[0.485, 0.456, 0.406]"
	if p.Channels() == 1 {
		example = "[0.5]"
	}
	list := b.numbers(name, example)
	if list == nil {
		return usual
	}
	if len(list) != p.Channels() {
		b.failAt(name, "Invalid "+name, "A picture with color = %q has %d, but %s has %d. Write for instance %s = %s.",
			p.Color, p.Channels(), name, len(list), name, example)
		return usual
	}
	for _, e := range list {
		if !(e.value >= -1e9 && e.value <= 1e9) {
			b.fail(e.at, "Invalid "+name, "%s is for values from 0 to 1, so %v is out of range.", name, e.value)
		}
	}
	return plain(list)
}

// checkPicture holds an input block against what the model takes.
func (b *block) checkPicture(p *picture.Spec, inputs []graph.Tensor) {
	if p == nil {
		return
	}
	at := b.of("input")[0].DefRange
	if len(inputs) != 1 {
		b.fail(at, "Input of another model", "A picture is one tensor, but the model takes %d inputs. Leave the input block out.", len(inputs))
		return
	}
	shape := inputs[0].Shape
	if shape == nil {
		return // only the runtime knows
	}
	want := p.Shape()[1:]
	fits := len(shape) == 4
	for i := range want {
		fits = fits && (shape[i+1] < 0 || shape[i+1] == want[i])
	}
	if !fits {
		b.fail(at, "Input of another model", "The block makes tensors of shape %v, but the model takes %s, the first dimension being the row. Change layout, size or color.", want, inputs[0])
	}
}

var pictureSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "size", Required: true},
		{Name: "layout"},
		{Name: "mean"},
		{Name: "std"},
		{Name: "color"},
	},
}
