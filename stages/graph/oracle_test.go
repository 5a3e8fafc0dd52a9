package graph

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/delen-edge/delen/internal/sketch"
	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// numberList is a tensor to the oracle: numbers without a shape. Operands of different lengths repeat.
type numberList []float64

// evaluate is the dumb twin of a runtime: it computes a graph node by node, in the order in which they stand, from the
// given tensors and nothing else. It counts in ran how often each node's first result was computed.
func evaluate(g *onnxpb.GraphProto, given map[string]numberList, ran map[string]int) (map[string]numberList, error) {
	env := maps.Clone(given)
	for _, w := range g.GetInitializer() {
		env[w.GetName()] = constant(w)
	}
	for _, n := range g.GetNode() {
		var args []numberList
		for _, name := range n.GetInput() {
			v, ok := env[name]
			if !ok && name != "" {
				return nil, fmt.Errorf("%s reads %q, which is not there", n.GetName(), name)
			}
			args = append(args, v)
		}
		if ran != nil {
			ran[n.GetOutput()[0]]++
		}
		if err := compute(n, args, env); err != nil {
			return nil, err
		}
	}
	return env, nil
}

func constant(w *onnxpb.TensorProto) numberList {
	v := make(numberList, len(w.GetFloatData()))
	for i, x := range w.GetFloatData() {
		v[i] = float64(x)
	}
	return v
}

func compute(n *onnxpb.NodeProto, in []numberList, env map[string]numberList) error {
	out := n.GetOutput()
	pairs := func(f func(a, b float64) float64) {
		r := make(numberList, max(len(in[0]), len(in[1])))
		for i := range r {
			r[i] = f(in[0][i%len(in[0])], in[1][i%len(in[1])])
		}
		env[out[0]] = r
	}
	each := func(f func(a float64) float64) {
		r := make(numberList, len(in[0]))
		for i := range r {
			r[i] = f(in[0][i])
		}
		env[out[0]] = r
	}
	switch n.GetOpType() {
	case "Add":
		pairs(func(a, b float64) float64 { return a + b })
	case "Mul": // kept small, so that nothing overflows
		pairs(func(a, b float64) float64 { return math.Sin(a * b) })
	case "Relu":
		each(func(a float64) float64 { return max(a, 0) })
	case "Neg":
		each(func(a float64) float64 { return -a })
	case "Identity", "Cast":
		each(func(a float64) float64 { return a })
	case "Shape":
		env[out[0]] = numberList{1, float64(len(in[0]))}
	case "RandomNormal": // drawn by the node's name, so that runs can be compared
		env[out[0]] = constant(sketch.Weight(out[0] + "[4]"))
	case "Constant":
		env[out[0]] = constant(n.GetAttribute()[0].GetT())
	case "Split":
		half := len(in[0]) / 2
		env[out[0]], env[out[1]] = in[0][:half], in[0][half:]
	case "Both":
		env[out[0]], env[out[1]] = in[0], append(numberList{1}, in[0]...)
	case "MatMul": // with a weight of four columns
		r := make(numberList, 4)
		for i := range in[1] {
			r[i%4] += in[0][i/4%len(in[0])] * in[1][i]
		}
		env[out[0]] = r
	case "If":
		return branch(n, in[0][0] > 0, env)
	default:
		return fmt.Errorf("the oracle knows no %s", n.GetOpType())
	}
	return nil
}

// branch computes one branch of an If, which sees all of env.
func branch(n *onnxpb.NodeProto, then bool, env map[string]numberList) error {
	body := n.GetAttribute()[1].GetG()
	if then {
		body = n.GetAttribute()[0].GetG()
	}
	inner, err := evaluate(body, env, nil)
	if err != nil {
		return err
	}
	for i, o := range body.GetOutput() {
		env[n.GetOutput()[i]] = inner[o.GetName()]
	}
	return nil
}

// checkSplit holds a split against the oracle: run one after the other, the segments compute what the whole model
// computes, from what LastUse says is still there, and compute nothing twice but clones.
func checkSplit(t *testing.T, g *Graph, s *Split) {
	t.Helper()
	_, body := g.whole()
	whole, err := evaluate(body, given(g), nil)
	if err != nil {
		t.Fatal(err)
	}
	carried := given(g)
	ran := make(map[string]int)
	for i := range s.Segments {
		runSegment(t, s, &s.Segments[i], carried, ran)
		for at, tensor := range s.Tensors {
			if v, ok := carried[tensor.Name]; ok && !slices.Equal(v, whole[tensor.Name]) {
				t.Errorf("after segment %d %q is %v, in the whole model %v", i+1, tensor.Name, v, whole[tensor.Name])
			}
			if s.LastUse[at] <= i+1 {
				delete(carried, tensor.Name)
			}
		}
	}
	for at, last := range s.LastUse {
		if name := s.Tensors[at].Name; last == 0 && !slices.Contains(s.Exits, name) {
			t.Errorf("tensor %q travels, but nobody wants it", name)
		}
	}
	checkOwners(t, g, s, ran)
}

// runSegment takes a segment's inputs from what is carried and adds its outputs.
func runSegment(t *testing.T, s *Split, seg *Segment, carried map[string]numberList, ran map[string]int) {
	t.Helper()
	data, err := s.Model(seg.Number)
	body := unmarshal(t, data, err).GetGraph()
	if got := len(body.GetNode()); got != seg.Nodes {
		t.Errorf("segment %d has %d nodes, not %d", seg.Number, got, seg.Nodes)
	}
	for _, v := range body.GetValueInfo() {
		if at := s.graph.maker[v.GetName()]; !slices.Contains(s.members[seg.Number-1], at) {
			t.Errorf("segment %d declares %q, which it does not make", seg.Number, v.GetName())
		}
	}
	in := make(map[string]numberList)
	for k, at := range seg.In {
		name := body.GetInput()[k].GetName()
		if name != s.Tensors[at].Name || carried[name] == nil {
			t.Fatalf("segment %d wants %q as input %d: In says %q, carried is %v",
				seg.Number, name, k, s.Tensors[at].Name, slices.Sorted(maps.Keys(carried)))
		}
		in[name] = carried[name]
	}
	out, err := evaluate(body, in, ran)
	if err != nil {
		t.Fatalf("segment %d: %v", seg.Number, err)
	}
	for k, at := range seg.Out {
		name := body.GetOutput()[k].GetName()
		if name != s.Tensors[at].Name || out[name] == nil {
			t.Errorf("segment %d gives out %q as output %d: Out says %q", seg.Number, name, k, s.Tensors[at].Name)
		}
		carried[name] = out[name]
	}
	if s.Tensors[seg.Exit].Name != s.Exits[seg.Number-1] || !slices.Contains(seg.Out, seg.Exit) {
		t.Errorf("segment %d does not give out its exit %q", seg.Number, s.Exits[seg.Number-1])
	}
}

// checkOwners holds the nodes that ran against the rule itself: of the nodes that exits need, each once, clones aside.
func checkOwners(t *testing.T, g *Graph, s *Split, ran map[string]int) {
	t.Helper()
	needed := make(map[string]bool)
	for _, exit := range s.Exits {
		for name := range ancestors(g, exit) {
			needed[name] = true
		}
	}
	for _, n := range g.nodes {
		name := n.GetOutput()[0]
		cloned := constantOnly(g, name)
		if times := ran[name]; needed[name] != (times > 0) || times > 1 && !cloned {
			t.Errorf("%s ran %d times (needed: %v, may be cloned: %v)", n, times, needed[name], cloned)
		}
	}
	for i, nodes := range s.members {
		for _, n := range nodes {
			name := g.nodes[n].GetOutput()[0]
			for earlier := range i {
				if !constantOnly(g, name) && ancestors(g, s.Exits[earlier])[name] {
					t.Errorf("%s runs for exit %q, but exit %q needs it already", g.nodes[n], s.Exits[i], s.Exits[earlier])
				}
			}
		}
	}
}

// ancestors returns the first results of all nodes that a tensor needs, by plain recursion.
func ancestors(g *Graph, name string) map[string]bool {
	found := make(map[string]bool)
	var visit func(string)
	visit = func(name string) {
		for _, n := range g.nodes {
			if !slices.Contains(n.GetOutput(), name) || found[n.GetOutput()[0]] {
				continue
			}
			found[n.GetOutput()[0]] = true
			for _, r := range n.reads {
				visit(r)
			}
		}
	}
	visit(name)
	return found
}

// constantOnly reports whether a tensor depends on no input but through shapes, by plain recursion.
func constantOnly(g *Graph, name string) bool {
	if slices.Contains(g.inputs, name) {
		return false
	}
	for _, n := range g.nodes {
		if !slices.Contains(n.GetOutput(), name) || n.GetOpType() == "Shape" {
			continue
		}
		if n.GetOpType() == "RandomNormal" {
			return false
		}
		for _, r := range n.reads {
			if !constantOnly(g, r) {
				return false
			}
		}
	}
	return true
}

// given returns a value for every input of a model.
func given(g *Graph) map[string]numberList {
	values := make(map[string]numberList)
	for _, in := range g.Inputs() {
		n, ok := elements(in.Shape[min(1, len(in.Shape)):])
		if !ok {
			n = 4
		}
		for _, x := range sketch.Numbers("input "+in.Name, n) {
			values[in.Name] = append(values[in.Name], float64(x)+0.25)
		}
	}
	return values
}
