package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// Limits of what functions may unfold to: a small file can ask for more than any machine holds.
const (
	maxUnfolded = 1 << 20   // nodes
	maxCloned   = 256 << 20 // bytes
	maxCalls    = 1000      // functions within functions
)

// inline replaces every call of a function that the model defines by the function's nodes, in the model's graph though not in
// the bodies of its operators. Exporters make a function of each module, and a cut must be possible within one. Tensors of
// a function get the name of its call before theirs. A function that is written for other operator versions than the model
// stays what it is: a runtime knows how to run it.
func inline(model *onnxpb.ModelProto) error {
	if len(model.GetFunctions()) == 0 {
		return nil
	}
	in := &inliner{
		functions: newLibrary(model.GetFunctions()), weights: make(map[*onnxpb.FunctionProto]*load),
		versions: make(map[string]int64), taken: make(map[string]bool), model: model,
	}
	for _, o := range model.GetOpsetImport() {
		in.versions[domain(o.GetDomain())] = o.GetVersion()
	}
	all, err := in.weigh(model.GetGraph().GetNode(), 0)
	if err != nil {
		return err
	}
	if all.nodes > maxUnfolded || all.bytes > maxCloned {
		return errors.New("the model's functions unfold to more than a million nodes, or than 256 MiB")
	}
	in.take(model.GetGraph())
	nodes := in.unfold(nil, model.GetGraph().GetNode())
	if in.calls > 0 {
		model.Graph.Node = nodes
		model.Functions = in.functions.needed(model.GetFunctions(), nodes)
	}
	return nil
}

type inliner struct {
	model     *onnxpb.ModelProto
	functions library
	versions  map[string]int64 // of the operators, by domain
	taken     map[string]bool  // names of tensors
	calls     int
	weights   map[*onnxpb.FunctionProto]*load // nil while it is found out
}

// load is what nodes unfold to.
type load struct{ nodes, bytes float64 }

// weigh counts what nodes unfold to before any is copied: a few functions that call each other twice are a bomb.
func (in *inliner) weigh(nodes []*onnxpb.NodeProto, depth int) (sum load, err error) {
	if depth > maxCalls {
		return sum, fmt.Errorf("functions call each other more than %d deep", maxCalls)
	}
	for _, n := range nodes {
		f := in.functions[called(n)]
		if f == nil {
			sum.nodes++
			continue
		}
		w, known := in.weights[f]
		if known && w == nil {
			return sum, fmt.Errorf("function %q calls itself", f.GetName())
		}
		if !known {
			in.weights[f] = nil
			inner, err := in.weigh(f.GetNode(), depth+1)
			if err != nil {
				return sum, err
			}
			inner.bytes += float64(proto.Size(f))
			w = &inner
			in.weights[f] = w
		}
		sum.nodes += w.nodes
		sum.bytes += w.bytes
	}
	return sum, nil
}

// take notes the names of a graph, and of the bodies in it.
func (in *inliner) take(g *onnxpb.GraphProto) {
	for name := range inBody(g) {
		in.taken[name] = true
	}
	for _, n := range g.GetNode() {
		for _, a := range n.GetAttribute() {
			for b := range bodies(a) {
				in.take(b)
			}
		}
	}
}

// unfold appends nodes to those before, the calls among them unfolded.
func (in *inliner) unfold(before, nodes []*onnxpb.NodeProto) []*onnxpb.NodeProto {
	for _, n := range nodes {
		if f := in.functions[called(n)]; f != nil && in.fits(f) {
			before = in.unfold(before, in.call(f, n))
		} else {
			before = append(before, n)
		}
	}
	return before
}

// fits reports whether a function can be unfolded: its operators are those of the model, and it is not called like an operator
// that the runtime has, which takes its own then. It imports operators that the model has not.
func (in *inliner) fits(f *onnxpb.FunctionProto) bool {
	if d := domain(f.GetDomain()); d == "" || strings.HasPrefix(d, "ai.onnx") || strings.HasPrefix(d, "com.microsoft") {
		return false
	}
	for _, o := range f.GetOpsetImport() {
		if v, ok := in.versions[domain(o.GetDomain())]; ok && v != o.GetVersion() {
			return false
		}
	}
	for _, o := range f.GetOpsetImport() {
		if _, ok := in.versions[domain(o.GetDomain())]; !ok {
			in.versions[domain(o.GetDomain())] = o.GetVersion()
			in.model.OpsetImport = append(in.model.OpsetImport, o)
		}
	}
	return true
}

// call is one call of a function.
type call struct {
	*inliner
	prefix     string
	names      map[string]string // of the function's tensors, in the model; "" for an input that is left out
	attributes map[string]*onnxpb.AttributeProto
}

// call returns the nodes that a call stands for.
func (in *inliner) call(f *onnxpb.FunctionProto, n *onnxpb.NodeProto) []*onnxpb.NodeProto {
	in.calls++
	c := &call{
		inliner: in, prefix: fmt.Sprintf("%s#%d/", short(n.GetOpType()), in.calls),
		names: make(map[string]string), attributes: make(map[string]*onnxpb.AttributeProto),
	}
	for _, a := range slices.Concat(f.GetAttributeProto(), n.GetAttribute()) { // defaults first
		c.attributes[a.GetName()] = a
	}
	for i, formal := range f.GetInput() {
		c.names[formal] = at(n.GetInput(), i)
	}
	var ends []*onnxpb.NodeProto
	for i, formal := range f.GetOutput() {
		actual := at(n.GetOutput(), i)
		if known, ok := c.names[formal]; actual != "" && ok { // it hands on an input, or a result once more
			ends = append(ends, &onnxpb.NodeProto{OpType: proto.String("Identity"), Input: []string{known}, Output: []string{actual}})
		} else if actual != "" {
			c.names[formal] = actual
		}
	}
	nodes := make([]*onnxpb.NodeProto, 0, len(f.GetNode())+len(ends))
	for _, inner := range f.GetNode() {
		inner = proto.CloneOf(inner)
		if inner.GetName() != "" { // all that have none may have none
			inner.Name = proto.String(c.prefix + inner.GetName())
		}
		nodes = append(nodes, c.rename(inner))
	}
	for _, v := range f.GetValueInfo() {
		if c.name(v.GetName()) == "" {
			continue // of an input that is left out
		}
		v = proto.CloneOf(v)
		v.Name = proto.String(c.name(v.GetName()))
		unname(v)
		in.model.Graph.ValueInfo = append(in.model.Graph.ValueInfo, v)
	}
	return append(nodes, ends...)
}

// short is a name that can stand before many others.
func short(name string) string {
	const most = 64
	return strings.ToValidUTF8(name[:min(len(name), most)], "")
}

// unname takes the names of a declaration's open dimensions away: the same name elsewhere means another size, and a runtime
// lets tensors share memory by the names of their dimensions.
func unname(v *onnxpb.ValueInfoProto) {
	for _, d := range v.GetType().GetTensorType().GetShape().GetDim() {
		if _, named := d.GetValue().(*onnxpb.TensorShapeProto_Dimension_DimParam); named {
			d.Value = nil
		}
	}
}

// at returns an element of a list, "" beyond its end.
func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// name is what a tensor of the function is called in the model.
func (c *call) name(inner string) string {
	outer, known := c.names[inner]
	if known || inner == "" {
		return outer
	}
	outer = c.prefix + inner
	for c.taken[outer] {
		outer += "'"
	}
	c.taken[outer] = true
	c.names[inner] = outer
	return outer
}

func (c *call) renameAll(list []string) {
	for i, name := range list {
		list[i] = c.name(name)
	}
}

// rename gives the tensors of a node their names in the model, and its attributes what the call says. The node is the
// caller's to change.
func (c *call) rename(n *onnxpb.NodeProto) *onnxpb.NodeProto {
	c.renameAll(n.Input)
	c.renameAll(n.Output)
	kept := n.Attribute[:0]
	for _, a := range n.Attribute {
		if ref := a.GetRefAttrName(); ref != "" {
			given := c.attributes[ref]
			if given == nil {
				continue // neither the call nor the function gives it a value: the operator's default holds
			}
			name := a.Name
			a = shallow(given) // its content is nobody's to change
			a.Name = name
		} else {
			for b := range bodies(a) {
				c.renameBody(b)
			}
		}
		kept = append(kept, a)
	}
	n.Attribute = kept
	return n
}

func (c *call) renameBody(g *onnxpb.GraphProto) {
	for _, list := range [][]*onnxpb.ValueInfoProto{g.GetInput(), g.GetOutput(), g.GetValueInfo()} {
		for _, v := range list {
			v.Name = proto.String(c.name(v.GetName()))
			unname(v)
		}
	}
	for _, t := range g.GetInitializer() {
		t.Name = proto.String(c.name(t.GetName()))
	}
	for _, t := range g.GetSparseInitializer() {
		if t.Values != nil {
			t.Values.Name = proto.String(c.name(t.GetValues().GetName()))
		}
	}
	for _, n := range g.GetNode() {
		c.rename(n)
	}
}
