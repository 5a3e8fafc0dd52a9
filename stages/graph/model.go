package graph

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// Model returns a segment, counted from 1, as an ONNX model of its own. Its inputs and outputs are the segment's In and
// Out, in that order and under their names in the whole model. (Before IR version 4 the initializers are listed behind
// the inputs, as they had to be.) Their element types must be known: see [Split.Unresolved]. What the model says about
// training is left out. The caller owns the bytes.
func (s *Split) Model(segment int) ([]byte, error) {
	model, err := s.model(segment)
	if err != nil {
		return nil, err
	}
	if err := s.graph.embed(model.GetGraph()); err != nil {
		return nil, err
	}
	return marshal(model)
}

// Lean is like [Split.Model], but heavy weights stay in their files, which the model names relative to [Split.Folder]: a
// runtime that is told the folder maps them into memory, where they are held once and can be given back.
func (s *Split) Lean(segment int) ([]byte, error) {
	model, err := s.model(segment)
	if err != nil {
		return nil, err
	}
	return marshal(model)
}

func (s *Split) model(segment int) (*onnxpb.ModelProto, error) {
	if segment < 1 || segment > len(s.Segments) {
		return nil, fmt.Errorf("there is no segment %d: the model has segments 1 to %d", segment, len(s.Segments))
	}
	seg := &s.Segments[segment-1]
	for _, i := range slices.Concat(seg.In, seg.Out) {
		if t := s.Tensors[i]; t.Type == Unknown {
			return nil, fmt.Errorf("segment %d: the model file does not give the type of tensor %q; a runtime can infer it",
				segment, t.Name)
		}
	}
	nodes := s.members[segment-1]
	model, body := s.graph.part(nodes)
	body.Name = proto.String(fmt.Sprintf("%s/segment%d", s.graph.model.GetGraph().GetName(), segment))
	body.Input = append(s.declarations(seg.In), s.graph.listedInitializers(body)...)
	body.Output = s.declarations(seg.Out)
	body.ValueInfo = s.inner(nodes, seg)
	return model, nil
}

// Folder is where the files with heavy weights lie; empty for a graph that was parsed from memory.
func (s *Split) Folder() string { return s.graph.folder }

// WeightFiles returns the files that heavy weights lie in, each once, the model's own among them.
func (s *Split) WeightFiles() []string { return s.graph.weightFiles() }

// Uncut returns what the exits need in one piece, with the exits as its outputs and the split's inputs. Heavy weights stay in
// their files: see [Split.Lean]. The caller owns the bytes.
func (s *Split) Uncut() ([]byte, error) {
	model, body := s.uncut()
	for _, exit := range s.Exits {
		body.Output = append(body.Output, &onnxpb.ValueInfoProto{Name: &exit})
	}
	return marshal(model)
}

// ShapesOf returns the same with the shapes of the named tensors as its outputs, each an int64 list called as [ShapeNames]
// says.
func (s *Split) ShapesOf(names []string) ([]byte, error) {
	model, body := s.uncut()
	for i, shape := range ShapeNames(names) {
		body.Node = append(body.Node, &onnxpb.NodeProto{OpType: proto.String("Shape"), Input: names[i : i+1], Output: []string{shape}})
		body.Output = append(body.Output, declare(Tensor{Name: shape, Type: Int64, Shape: []int64{-1}}, ""))
	}
	return marshal(model)
}

// ShapeNames returns what the outputs of [Split.ShapesOf] are called.
func ShapeNames(names []string) []string {
	shapes := make([]string, len(names))
	for i, name := range names {
		shapes[i] = "shape of " + name
	}
	return shapes
}

// uncut returns what the exits need, without outputs.
func (s *Split) uncut() (*onnxpb.ModelProto, *onnxpb.GraphProto) {
	var nodes []int
	for _, segment := range s.members {
		nodes = append(nodes, segment...)
	}
	slices.Sort(nodes)
	model, body := s.graph.part(slices.Compact(nodes)) // clones are one again
	inputs := make([]int, s.Inputs)
	for i := range inputs {
		inputs[i] = i
	}
	body.Input = append(s.declarations(inputs), s.graph.listedInitializers(body)...)
	body.Output = nil
	return model, body
}

// WithOutputs returns the whole model with the named tensors as further outputs. They are declared by name alone, so that
// a runtime that opens the model infers their types and shapes and can be asked for them. It cannot be run: heavy weights
// have become inputs, of which the shape is all that matters. The caller owns the bytes.
func (g *Graph) WithOutputs(names []string) ([]byte, error) {
	model, body := g.whole()
	outputs, err := g.bare(names)
	if err != nil {
		return nil, err
	}
	body.Output = slices.Concat(body.GetOutput(), outputs)
	unload(body)
	return marshal(model)
}

// OneRow is like [Graph.WithOutputs], but its inputs have exactly one row, and no shape is declared but theirs: a runtime
// then infers the shapes of one row in numbers, as far as the model allows.
func (g *Graph) OneRow(names []string) ([]byte, error) {
	model, body := g.whole()
	outputs, err := g.bare(names)
	if err != nil {
		return nil, err
	}
	body.ValueInfo = nil
	body.Input = slices.Clone(body.GetInput())
	for i, v := range body.Input {
		if t := g.tensor(v.GetName()); g.maker[t.Name] == fromInput && len(t.Shape) > 0 && t.Shape[0] < 0 {
			t.Shape[0] = 1
			body.Input[i] = declare(t, "")
		}
	}
	for i, v := range body.Output {
		body.Output[i] = &onnxpb.ValueInfoProto{Name: v.Name}
	}
	body.Output = append(body.Output, outputs...)
	unload(body)
	return marshal(model)
}

// unload makes inputs of the weights that lie in files.
func unload(body *onnxpb.GraphProto) {
	listed := make(map[string]bool) // before IR version 4 they are inputs anyway
	for _, v := range body.GetInput() {
		listed[v.GetName()] = true
	}
	body.Input = slices.Clip(body.GetInput())
	body.Initializer = keep(body.GetInitializer(), func(t *onnxpb.TensorProto) bool {
		if t.GetDataLocation() != onnxpb.TensorProto_EXTERNAL {
			return true
		}
		if !listed[t.GetName()] {
			declared := declare(Tensor{Name: t.GetName(), Shape: t.GetDims()}, "")
			declared.Type.GetTensorType().ElemType = t.DataType
			body.Input = append(body.Input, declared)
		}
		return false
	})
}

// bare declares tensors by name alone. Those that are outputs anyway are left out.
func (g *Graph) bare(names []string) ([]*onnxpb.ValueInfoProto, error) {
	var list []*onnxpb.ValueInfoProto
	given := make(map[string]bool)
	for _, name := range g.outputs {
		given[name] = true
	}
	for _, name := range names {
		m, ok := g.maker[name]
		if !ok {
			return nil, fmt.Errorf("the model has no tensor %q%s", name, g.suggest(name))
		}
		if m >= 0 && !given[name] {
			given[name] = true
			list = append(list, &onnxpb.ValueInfoProto{Name: &name})
		}
	}
	return list, nil
}

// whole returns a copy of the model, with its nodes in order, that shares everything but the graph's own lists.
func (g *Graph) whole() (*onnxpb.ModelProto, *onnxpb.GraphProto) {
	model, body := shallow(g.model), shallow(g.model.GetGraph())
	model.Graph, model.TrainingInfo = body, nil
	body.Output = slices.Clone(body.GetOutput())
	body.Node = make([]*onnxpb.NodeProto, len(g.nodes))
	for i, n := range g.nodes {
		body.Node[i] = n.NodeProto
	}
	return model, body
}

// part returns a copy of the model that holds the given nodes and the constants they read. Weights are shared with it.
func (g *Graph) part(nodes []int) (*onnxpb.ModelProto, *onnxpb.GraphProto) {
	model, body := g.whole()
	used := make(map[string]bool)
	body.Node = g.protos(nodes)
	for _, n := range nodes {
		for _, name := range slices.Concat(g.nodes[n].reads, g.nodes[n].GetOutput()) {
			used[name] = true
		}
	}
	model.Functions = g.library.needed(model.GetFunctions(), body.Node)
	whole := g.model.GetGraph()
	body.QuantizationAnnotation = nil
	for _, a := range whole.GetQuantizationAnnotation() {
		if used[a.GetTensorName()] {
			body.QuantizationAnnotation = append(body.QuantizationAnnotation, a)
			for _, e := range a.GetQuantParameterTensorNames() {
				used[e.GetValue()] = true
			}
		}
	}
	body.Initializer = keep(whole.GetInitializer(), func(t *onnxpb.TensorProto) bool { return used[t.GetName()] })
	body.SparseInitializer = keep(whole.GetSparseInitializer(), func(t *onnxpb.SparseTensorProto) bool {
		return used[t.GetValues().GetName()]
	})
	return model, body
}

// declarations declares the tensors at the given indexes: as the file does, or by what Resolve was told.
func (s *Split) declarations(indexes []int) []*onnxpb.ValueInfoProto {
	list := make([]*onnxpb.ValueInfoProto, len(indexes))
	for i, at := range indexes {
		t := s.Tensors[at]
		v := s.graph.values[t.Name].proto
		if _, told := s.told[t.Name]; told || v == nil {
			v = declare(t, s.graph.axis)
		}
		list[i] = v
	}
	return list
}

// inner returns what the file declares of the tensors that a segment keeps to itself.
func (s *Split) inner(nodes []int, seg *Segment) []*onnxpb.ValueInfoProto {
	own := make(map[string]bool)
	for _, n := range nodes {
		for _, name := range s.graph.nodes[n].GetOutput() {
			own[name] = true
		}
	}
	for _, i := range seg.Out {
		delete(own, s.Tensors[i].Name)
	}
	infos := s.graph.model.GetGraph().GetValueInfo()
	return keep(infos, func(v *onnxpb.ValueInfoProto) bool { return own[v.GetName()] })
}

// listedInitializers returns what a model before IR version 4 must declare as inputs besides its true ones.
func (g *Graph) listedInitializers(body *onnxpb.GraphProto) []*onnxpb.ValueInfoProto {
	if g.model.GetIrVersion() >= 4 {
		return nil
	}
	held := make(map[string]bool)
	for _, t := range body.GetInitializer() {
		held[t.GetName()] = true
	}
	return keep(g.model.GetGraph().GetInput(), func(v *onnxpb.ValueInfoProto) bool { return held[v.GetName()] })
}

// protos returns nodes as the file has them, in a list of their own.
func (g *Graph) protos(nodes []int) []*onnxpb.NodeProto {
	list := make([]*onnxpb.NodeProto, len(nodes))
	for i, n := range nodes {
		list[i] = g.nodes[n].NodeProto
	}
	return list
}

// keep returns the elements of list that a condition holds for, in a list of its own.
func keep[T any](list []T, condition func(T) bool) []T {
	var kept []T
	for _, x := range list {
		if condition(x) {
			kept = append(kept, x)
		}
	}
	return kept
}

// shallow returns a copy of m that shares every field's content with it, unknown fields included.
func shallow[M proto.Message](m M) M {
	from := m.ProtoReflect()
	to := from.New()
	from.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		to.Set(f, v)
		return true
	})
	to.SetUnknown(from.GetUnknown())
	return to.Interface().(M)
}

func marshal(model *onnxpb.ModelProto) ([]byte, error) {
	if n := proto.Size(model); n > maxBytes {
		return nil, fmt.Errorf("the segment has %d bytes, more than an ONNX model can have (2 GiB)", n)
	}
	return proto.MarshalOptions{Deterministic: true}.Marshal(model)
}
