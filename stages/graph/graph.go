package graph

import (
	"errors"
	"fmt"
	"slices"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// Graph is a model that was read. It is immutable and safe for concurrent use.
type Graph struct {
	model   *onnxpb.ModelProto
	nodes   []node         // in topological order
	maker   map[string]int // of each tensor: an index into nodes, or fromInput or fromFile
	values  map[string]value
	inputs  []string // without those that only name an initializer
	outputs []string
	axis    string   // the name of the inputs' row axis, if it has one
	folder  string   // where the files with heavy weights lie
	library library  // functions that were not unfolded
	exits   []string // in depth order, of a model that was read as segments
}

const (
	fromInput = -1 // the app gives the tensor
	fromFile  = -2 // an initializer
)

// node is an operator with what the split needs to know about it.
type node struct {
	*onnxpb.NodeProto
	place int      // in the file, from 1
	reads []string // every tensor it needs, captures of its bodies included
	pure  bool     // its value follows from constants and shapes: it can be cloned
	live  bool     // its value depends on an input's values
}

// String names a node in errors.
func (n node) String() string {
	if n.GetName() != "" {
		return fmt.Sprintf("node %q (%s)", n.GetName(), n.GetOpType())
	}
	return fmt.Sprintf("node %d (%s)", n.place, n.GetOpType())
}

// Inputs returns what the model takes, in the file's order. The caller owns the result.
func (g *Graph) Inputs() []Tensor { return g.tensors(g.inputs) }

// Outputs returns what the model gives, in the file's order. The caller owns the result.
func (g *Graph) Outputs() []Tensor { return g.tensors(g.outputs) }

func (g *Graph) tensors(names []string) []Tensor {
	list := make([]Tensor, len(names))
	for i, name := range names {
		list[i] = g.tensor(name)
	}
	return list
}

// tensor returns what the file tells about a name.
func (g *Graph) tensor(name string) Tensor {
	t := g.values[name].Tensor
	t.Name, t.Shape = name, slices.Clone(t.Shape)
	return t
}

// build checks a model and joins its tensors by name.
func build(model *onnxpb.ModelProto) (*Graph, error) {
	g := &Graph{
		model: model, maker: make(map[string]int), values: make(map[string]value), library: newLibrary(model.GetFunctions()),
	}
	for _, step := range []func() error{g.declare, g.define, g.connect, g.sort, g.checkOutputs} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	g.classify()
	return g, nil
}

// declare notes the types and shapes that the file gives. Inputs and outputs speak before value_info.
func (g *Graph) declare() error {
	p := g.model.GetGraph()
	for _, list := range [][]*onnxpb.ValueInfoProto{p.GetInput(), p.GetOutput(), p.GetValueInfo()} {
		for _, v := range list {
			if err := g.note(describe(v)); err != nil {
				return err
			}
		}
	}
	for _, t := range p.GetInitializer() {
		v := value{Tensor: Tensor{Name: t.GetName(), Shape: append([]int64{}, t.GetDims()...)}}
		v.setType(t.GetDataType())
		g.values[v.Name] = v // what is stored is what counts, whatever was declared
		if err := checkSize(v.Tensor); err != nil {
			return err
		}
	}
	return nil
}

// note keeps v unless something better is known of that name.
func (g *Graph) note(v value) error {
	old, ok := g.values[v.Name]
	if ok && old.Type != Unknown && (old.Shape != nil || v.Shape == nil) {
		return nil
	}
	g.values[v.Name] = v
	return checkSize(v.Tensor)
}

// define finds the maker of every tensor: an initializer, an input, or a node.
func (g *Graph) define() error {
	p := g.model.GetGraph()
	for _, t := range p.GetInitializer() {
		g.maker[t.GetName()] = fromFile
	}
	for _, t := range p.GetSparseInitializer() {
		g.maker[t.GetValues().GetName()] = fromFile
	}
	for _, v := range p.GetInput() {
		if err := g.defineInput(v.GetName()); err != nil {
			return err
		}
	}
	if len(g.inputs) == 0 {
		return errors.New("the model has no inputs: there is nothing to ask it")
	}
	for i, n := range p.GetNode() {
		g.nodes = append(g.nodes, node{NodeProto: n, place: i + 1, reads: reads(n)})
		if err := g.defineResults(i); err != nil {
			return err
		}
	}
	return nil
}

// defineInput notes an input, unless it is an initializer that is listed as one, as all were before IR version 4.
func (g *Graph) defineInput(name string) error {
	maker, taken := g.maker[name]
	switch {
	case name == "":
		return errors.New("an input of the model has no name")
	case taken && maker == fromInput:
		return fmt.Errorf("the model has two inputs %q", name)
	case !taken:
		g.maker[name] = fromInput
		g.inputs = append(g.inputs, name)
	}
	return nil
}

func (g *Graph) defineResults(i int) error {
	for _, name := range g.nodes[i].GetOutput() {
		if name == "" { // an output left out
			continue
		}
		if m, taken := g.maker[name]; taken {
			return fmt.Errorf("%s makes tensor %q, which %s makes too", g.nodes[i], name, g.origin(m))
		}
		g.maker[name] = i
	}
	return nil
}

func (g *Graph) origin(maker int) string {
	switch maker {
	case fromInput:
		return "an input of the model"
	case fromFile:
		return "an initializer"
	}
	return g.nodes[maker].String()
}

// connect checks that every tensor that is read is made.
func (g *Graph) connect() error {
	for _, n := range g.nodes {
		for _, name := range n.reads {
			if _, ok := g.maker[name]; !ok {
				return fmt.Errorf("%s reads tensor %q, which nothing makes: the model is incomplete%s",
					n, name, g.suggest(name))
			}
		}
	}
	return nil
}

// sort puts the nodes into topological order. A file that is in order, as it should be, keeps its order.
func (g *Graph) sort() error {
	const unseen, open, done = 0, 1, 2
	state := make([]uint8, len(g.nodes))
	order := make([]int, 0, len(g.nodes))
	for first := range g.nodes {
		stack := []int{first}
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			if state[i] != unseen {
				stack = stack[:len(stack)-1]
				if state[i] == open { // everything it reads is done
					state[i] = done
					order = append(order, i)
				}
				continue
			}
			state[i] = open
			for _, name := range g.nodes[i].reads {
				m := g.maker[name]
				if m < 0 || state[m] == done {
					continue
				}
				if state[m] == open {
					return fmt.Errorf("%s and %s need each other's results: the model has a cycle through tensor %q",
						g.nodes[i], g.nodes[m], name)
				}
				stack = append(stack, m)
			}
		}
	}
	g.reorder(order)
	return nil
}

func (g *Graph) reorder(order []int) {
	sorted := make([]node, len(order))
	for to, from := range order {
		sorted[to] = g.nodes[from]
	}
	g.nodes = sorted
	for i, n := range g.nodes {
		for _, name := range n.GetOutput() {
			if name != "" {
				g.maker[name] = i
			}
		}
	}
}

func (g *Graph) checkOutputs() error {
	seen := make(map[string]bool)
	for _, v := range g.model.GetGraph().GetOutput() {
		if _, ok := g.maker[v.GetName()]; !ok {
			return fmt.Errorf("the model's output %q is a tensor that nothing makes%s", v.GetName(), g.suggest(v.GetName()))
		}
		if seen[v.GetName()] {
			return fmt.Errorf("the model has two outputs %q", v.GetName())
		}
		seen[v.GetName()] = true
		g.outputs = append(g.outputs, v.GetName())
	}
	return nil
}

// classify tells the nodes that can be cloned from those that work on a request's data, and notes the row axis's name.
func (g *Graph) classify() {
	known := make(map[*onnxpb.FunctionProto]bool)
	for i := range g.nodes {
		n := &g.nodes[i]
		if shapeOnly(n) {
			n.pure = true
			continue
		}
		n.pure = !g.library.random(n.NodeProto, known)
		for _, name := range n.reads {
			switch m := g.maker[name]; {
			case m == fromInput:
				n.pure, n.live = false, true
			case m >= 0:
				n.pure = n.pure && g.nodes[m].pure
				n.live = n.live || g.nodes[m].live
			}
		}
	}
	for _, name := range g.inputs {
		if v := g.values[name]; v.axis != "" {
			g.axis = v.axis
			return
		}
	}
}

// shapeOnly reports whether n looks at its input's shape alone.
func shapeOnly(n *node) bool {
	return n.standard() && (n.GetOpType() == "Shape" || n.GetOpType() == "Size")
}

// standard reports whether n is an operator of the format itself, not of an extension.
func (n node) standard() bool { return n.GetDomain() == "" || n.GetDomain() == "ai.onnx" }
