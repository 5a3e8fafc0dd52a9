package graph

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// The names by which the original system's segments pass things on.
const (
	originalExit   = "output"
	originalHidden = "features"
)

// ReadSegments reads a model that lies in several files, one for each segment, in their order, and joins them to one graph.
// That is cut at its exits like any other, so what an exit does not need moves to the segment after it.
//
// What a segment takes is found by its name among what the segments before it give, the nearest first, and else is an input
// of the model. In segments of the original system the one input takes what the segment before calls "features".
//
// exits names the exit of each file. Without names an exit is what is called "output", or the only output, or else the only
// one that no later segment takes. In the graph it keeps its name when no two exits have the same, and otherwise gets
// the number of its segment behind it; all other tensors get it before theirs.
func ReadSegments(paths, exits []string) (*Graph, error) {
	if len(exits) > 0 && len(exits) != len(paths) {
		return nil, fmt.Errorf("there are %d segments and %d exits: name the exit of each segment", len(paths), len(exits))
	}
	if len(paths) > maxExits {
		return nil, fmt.Errorf("%d segments are more than %d", len(paths), maxExits)
	}
	j := &joint{
		inputs: make(map[string]*onnxpb.ValueInfoProto), taken: make(map[string]bool), imports: make(map[string]int64), library: make(library),
	}
	for _, path := range paths {
		f, err := open(path)
		if err != nil {
			return nil, err
		}
		j.parts = append(j.parts, &part{file: f, number: len(j.parts) + 1})
	}
	for _, step := range []func() error{func() error { return j.named(exits) }, j.match, j.choose, j.merge} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	g, err := build(j.model)
	if err != nil {
		return nil, fmt.Errorf("the segments together: %w", err)
	}
	g.folder, g.exits = j.folder, j.exits
	return g, nil
}

// part is a segment in a file of its own.
type part struct {
	file
	number int
	from   map[string]source // what its inputs are
	exit   string            // which of its outputs
	names  map[string]string // of its inputs and outputs, in the whole
}

// source is an output of an earlier part, or an input of the model, which belongs to no part.
type source struct {
	part  *part
	value *onnxpb.ValueInfoProto
}

func (p *part) String() string { return fmt.Sprintf("segment %d (%s)", p.number, p.path) }

// inputs returns what the part takes, without initializers that are listed as inputs.
func (p *part) inputs() []*onnxpb.ValueInfoProto {
	held := make(map[string]bool)
	for _, t := range p.model.GetGraph().GetInitializer() {
		held[t.GetName()] = true
	}
	return keep(p.model.GetGraph().GetInput(), func(v *onnxpb.ValueInfoProto) bool { return !held[v.GetName()] })
}

func (p *part) outputs() []*onnxpb.ValueInfoProto { return p.model.GetGraph().GetOutput() }

func (p *part) output(name string) *onnxpb.ValueInfoProto {
	for _, v := range p.outputs() {
		if v.GetName() == name {
			return v
		}
	}
	return nil
}

// joint is a model in the making from its parts.
type joint struct {
	parts   []*part
	inputs  map[string]*onnxpb.ValueInfoProto // of the model
	taken   map[string]bool                   // names in the whole
	imports map[string]int64                  // versions of operators, by domain
	library library
	model   *onnxpb.ModelProto
	folder  string
	exits   []string
}

// named notes the exits that are named, or called so that there is no doubt.
func (j *joint) named(exits []string) error {
	for i, p := range j.parts {
		switch {
		case len(exits) > 0:
			p.exit = exits[i]
			if p.output(p.exit) == nil {
				return fmt.Errorf("%s gives no %q; it gives %s", p, p.exit, quoted(namesOf(p.outputs())))
			}
		case p.output(originalExit) != nil:
			p.exit = originalExit
		case len(p.outputs()) == 1:
			p.exit = p.outputs()[0].GetName()
		}
	}
	return nil
}

// match finds where each part's inputs come from.
func (j *joint) match() error {
	for i, p := range j.parts {
		p.from = make(map[string]source)
		inputs := p.inputs()
		if len(inputs) == 0 {
			return fmt.Errorf("%s takes nothing", p)
		}
		for _, v := range inputs {
			s := nearest(v.GetName(), j.parts[:i])
			if s.value == nil && i > 0 && len(inputs) == 1 {
				s = nearest(originalHidden, j.parts[i-1:i])
			}
			if s.value == nil {
				s = j.input(v)
			}
			if err := p.agrees(v, s); err != nil {
				return err
			}
			p.from[v.GetName()] = s
		}
	}
	return nil
}

// input is the model's input that a part's is, the first of its name.
func (j *joint) input(v *onnxpb.ValueInfoProto) source {
	if j.inputs[v.GetName()] == nil {
		j.inputs[v.GetName()] = v
	}
	return source{value: j.inputs[v.GetName()]}
}

// nearest finds an output by its name. What a part only hands on comes from where that has it.
func nearest(name string, before []*part) source {
	for _, p := range slices.Backward(before) {
		if v := p.output(name); v != nil {
			if s, handed := p.from[name]; handed {
				return s
			}
			return source{p, v}
		}
	}
	return source{}
}

// agrees holds an input's type against that of its source.
func (p *part) agrees(input *onnxpb.ValueInfoProto, s source) error {
	a, b := describe(input), describe(s.value)
	if _, err := b.merge(a.Tensor); err == nil {
		return nil
	}
	if s.part == nil {
		return fmt.Errorf("%s takes %s, but a segment before it takes %s: they are of different models", p, a, b)
	}
	return fmt.Errorf("%s takes %s, but %s gives %s: they are of different models, or in the wrong order", p, a, s.part, b)
}

func namesOf(values []*onnxpb.ValueInfoProto) []string {
	var names []string
	for _, v := range values {
		names = append(names, v.GetName())
	}
	return names
}

// choose finds the exits that are still missing: each is the only output that no later part takes.
func (j *joint) choose() error {
	taken := make(map[*onnxpb.ValueInfoProto]bool)
	for _, p := range j.parts {
		for _, s := range p.from {
			taken[s.value] = true
		}
	}
	for _, p := range j.parts {
		left := keep(p.outputs(), func(v *onnxpb.ValueInfoProto) bool {
			_, handed := p.from[v.GetName()]
			return !taken[v] && !handed
		})
		if p.exit == "" && len(left) == 1 {
			p.exit = left[0].GetName()
		}
		if p.exit == "" {
			return fmt.Errorf("%s gives %s, and it is not clear which is its exit: name the exit of each segment, and call what is passed on "+
				"alike on both sides", p, quoted(namesOf(p.outputs())))
		}
		for _, v := range left {
			if v.GetName() != p.exit && p.number < len(j.parts) {
				return fmt.Errorf("%s gives %q, which no later segment takes: call what is passed on alike on both sides", p, v.GetName())
			}
		}
	}
	for _, p := range j.parts {
		if _, handed := p.from[p.exit]; handed {
			return fmt.Errorf("the exit %q of %s is its input: an exit must be computed", p.exit, p)
		}
	}
	return nil
}

// christen gives the inputs and outputs of all parts their names in the whole, before anything else has one.
func (j *joint) christen() {
	for name := range j.inputs {
		j.taken[name] = true
	}
	for _, p := range j.parts {
		p.names = make(map[string]string)
		for input, s := range p.from {
			p.names[input] = s.value.GetName()
			if s.part != nil {
				p.names[input] = s.part.names[s.value.GetName()]
			}
		}
		for _, v := range p.outputs() {
			if name := v.GetName(); p.names[name] == "" {
				p.names[name] = j.free(j.name(p, name))
			}
		}
		j.exits = append(j.exits, p.names[p.exit])
	}
}

// free returns a name, or one like it that nothing has yet.
func (j *joint) free(name string) string {
	for j.taken[name] {
		name += "'"
	}
	j.taken[name] = true
	return name
}

// merge joins the parts' graphs under new names.
func (j *joint) merge() error {
	j.christen()
	first := j.parts[0].model
	j.model = shallow(first)
	body := shallow(first.GetGraph())
	body.Node, body.Initializer, body.SparseInitializer, body.QuantizationAnnotation = nil, nil, nil, nil
	body.Input, body.Output, body.ValueInfo = nil, nil, nil
	j.model.Graph, j.model.TrainingInfo, j.model.OpsetImport, j.model.Functions = body, nil, nil, nil
	j.model.IrVersion = proto.Int64(max(first.GetIrVersion(), 4)) // from which on initializers are no inputs
	j.folder = j.parts[0].folder
	for _, p := range j.parts[1:] {
		j.folder = common(j.folder, p.folder)
	}
	rename := &call{inliner: &inliner{taken: j.taken}}
	for _, p := range j.parts {
		if err := j.adopt(p.model); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		rename.prefix, rename.names = fmt.Sprintf("%d/", p.number), maps.Clone(p.names)
		if err := j.append(p, rename); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil
}

// common is the deepest folder that holds both.
func common(a, b string) string {
	for a != filepath.Dir(a) && a != b && !strings.HasPrefix(b, strings.TrimSuffix(a, "/")+"/") {
		a = filepath.Dir(a)
	}
	return a
}

// adopt checks that a part's operators are those of the others and takes over the functions that it still calls.
func (j *joint) adopt(m *onnxpb.ModelProto) error {
	j.model.IrVersion = proto.Int64(max(j.model.GetIrVersion(), m.GetIrVersion()))
	for _, o := range m.GetOpsetImport() {
		d := domain(o.GetDomain())
		if v, known := j.imports[d]; known && v != o.GetVersion() {
			return fmt.Errorf("it has operators of version %d, a segment before it of version %d: export all with the same one", o.GetVersion(), v)
		} else if !known {
			j.imports[d] = o.GetVersion()
			j.model.OpsetImport = append(j.model.OpsetImport, o)
		}
	}
	for _, f := range m.GetFunctions() {
		known := j.library[defined(f)]
		if known != nil && !proto.Equal(known, f) {
			return fmt.Errorf("its function %q is another than that of a segment before it", f.GetName())
		}
		if known == nil {
			j.library[defined(f)] = f
			j.model.Functions = append(j.model.Functions, f)
		}
	}
	return nil
}

// name is what a part's output is called in the whole.
func (j *joint) name(p *part, output string) string {
	switch {
	case output != p.exit:
		return fmt.Sprintf("%d/%s", p.number, output)
	case slices.ContainsFunc(j.parts, func(q *part) bool { return q != p && q.exit == p.exit }):
		return fmt.Sprintf("%s%d", output, p.number)
	}
	return output
}

// append moves a part's graph into the whole.
func (j *joint) append(p *part, c *call) error {
	from, to := p.model.GetGraph(), j.model.GetGraph()
	for _, t := range from.GetInitializer() {
		if err := j.moveWeight(p, t); err != nil {
			return fmt.Errorf("weight %q: %w", t.GetName(), err)
		}
	}
	inputs := p.inputs()
	c.renameBody(from)
	for _, n := range from.GetNode() {
		if n.GetName() != "" {
			n.Name = proto.String(c.prefix + n.GetName())
		}
	}
	for _, v := range inputs {
		if j.inputs[v.GetName()] == v {
			to.Input = append(to.Input, v)
		} else {
			to.ValueInfo = append(to.ValueInfo, v)
		}
	}
	for _, v := range from.GetOutput() {
		if v.GetName() == p.names[p.exit] {
			to.Output = append(to.Output, v)
		} else {
			to.ValueInfo = append(to.ValueInfo, v)
		}
	}
	for _, a := range from.GetQuantizationAnnotation() {
		a.TensorName = proto.String(c.name(a.GetTensorName()))
		for _, e := range a.GetQuantParameterTensorNames() {
			e.Value = proto.String(c.name(e.GetValue()))
		}
	}
	to.Node = append(to.Node, from.GetNode()...)
	to.Initializer = append(to.Initializer, from.GetInitializer()...)
	to.SparseInitializer = append(to.SparseInitializer, from.GetSparseInitializer()...)
	to.ValueInfo = append(to.ValueInfo, from.GetValueInfo()...)
	to.QuantizationAnnotation = append(to.QuantizationAnnotation, from.GetQuantizationAnnotation()...)
	return nil
}

// moveWeight names a weight that lies in a file by its place below the folder that all parts share.
func (j *joint) moveWeight(p *part, t *onnxpb.TensorProto) error {
	if t.GetDataLocation() != onnxpb.TensorProto_EXTERNAL {
		return nil
	}
	where, err := whereabouts(t)
	if err != nil {
		return err
	}
	below, err := filepath.Rel(j.folder, p.folder)
	if err != nil {
		return errors.New("it lies in no folder that the segments share")
	}
	where.file = filepath.Join(below, where.file)
	t.ExternalData = where.entries()
	return nil
}
