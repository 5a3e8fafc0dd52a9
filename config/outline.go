package config

import (
	"fmt"
	"strings"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/graph"
)

// outline is what the checks of a model need to know of its graph. The graph
// itself, with its weights, is not kept.
type outline struct {
	inputs []graph.Tensor // those that an exit needs
	exits  []graph.Tensor
}

// outline reads a model, splits it, fills in what a Model keeps of that, and
// holds the input or audio block against it.
func (b *block) outline(m *Model, exits []item[string]) outline {
	from, remedy := "path", "Write the path of an ONNX file; exporting the model anew may help."
	if b.given("segments") {
		from, remedy = "segments", "Write the files of one model in the order in which a request passes them; exporting them anew may help."
	}
	sum, err := stages.Digest(m.Files...)
	if err != nil {
		b.failAt(from, "Cannot read file", "%s Make it readable, or write another path.", b.cause(err, from))
		return outline{}
	}
	g, s, err := graph.Cut(m.Files, plain(exits))
	switch {
	case err != nil && len(m.Files) > 1:
		b.failAt(from, "Invalid segments", "%s %s", b.cause(err, from, "exits"), remedy)
		return outline{}
	case g == nil:
		b.failAt(from, "Invalid model", "%s %s", b.cause(about(m.Files[0], err), from), remedy)
		return outline{}
	case err != nil:
		b.failExits(g, from, exits, err)
		return outline{}
	}
	m.Digest, m.Exits, m.Found, m.Unresolved = sum, s.Exits, s.Found, s.Unresolved()
	m.Fixed = s.FixedRows > 0
	o := outline{inputs: s.Tensors[:s.Inputs]}
	for _, seg := range s.Segments {
		m.Segments = append(m.Segments, Segment{seg.Nodes, seg.Parameters, seg.FLOPs, seg.HiddenBytes})
		o.exits = append(o.exits, s.Tensors[seg.Exit])
	}
	if s.FixedRows > 1 {
		b.warnAt(from, "Fixed batch", "The model takes %d rows at a time and no other number, so each request pays for %d. Leave its first dimension open when you export it.",
			s.FixedRows, s.FixedRows)
	}
	for _, t := range o.inputs {
		if len(t.Shape) > 0 && t.RowBytes() < 0 && t.Type != graph.Unknown {
			b.failAt(from, "Input without a size", "The model's input %s leaves more open than its rows, the first dimension. Make it a number when you export the model.", t)
		}
	}
	b.checkExits(m, from, s)
	b.checkPicture(m, o.inputs)
	b.checkAudio(m, o.inputs)
	return o
}

// failExits puts the error of a split at the exits that cause it. Each is
// tried alone to find all of them.
func (b *block) failExits(g *graph.Graph, from string, exits []item[string], all error) {
	found := false
	for _, e := range exits {
		if _, err := g.Split([]string{e.value}); err != nil {
			cause := b.cause(err, "exits")
			if !strings.Contains(cause, "did you mean") {
				cause += " Write the name of a tensor that the model computes."
			}
			b.fail(e.at, "Invalid exit", "%s", cause)
			found = true
		}
	}
	if found {
		return
	}
	at, remedy := "exits", "Leave out what is too much."
	if len(exits) == 0 {
		at, remedy = from, "Name the exits that matter: write for instance "+b.schema.attribute("exits").instance()+"."
	}
	b.failAt(at, "Invalid exits", "%s %s", b.cause(all, "exits"), remedy)
}

// about makes sure that an error names the file it is about.
func about(path string, err error) error {
	if strings.HasPrefix(err.Error(), path) {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// values counts the elements of a row, -1 when not known.
func values(t graph.Tensor) int64 {
	size := int64(t.Type.Size())
	if bytes := t.RowBytes(); bytes >= 0 && size > 0 {
		return bytes / size
	}
	return -1
}
