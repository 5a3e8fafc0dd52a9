package graph

import (
	"iter"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// bodies yields the graphs that an attribute holds: the branches of an If, the body of a Loop or Scan.
func bodies(a *onnxpb.AttributeProto) iter.Seq[*onnxpb.GraphProto] {
	return func(yield func(*onnxpb.GraphProto) bool) {
		if a.GetG() != nil && !yield(a.GetG()) {
			return
		}
		for _, g := range a.GetGraphs() {
			if !yield(g) {
				return
			}
		}
	}
}

// reads returns every tensor that n needs, each once: its inputs, then what its bodies capture from outside.
func reads(n *onnxpb.NodeProto) []string {
	var names []string
	seen := map[string]bool{"": true} // an empty name is an input left out
	add := func(list []string) {
		for _, name := range list {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	add(n.GetInput())
	for _, a := range n.GetAttribute() {
		for b := range bodies(a) {
			add(captures(b))
		}
	}
	return names
}

// captures returns the names that a body reads and does not define.
func captures(g *onnxpb.GraphProto) []string {
	inside := inBody(g)
	var names []string
	add := func(list []string) {
		for _, name := range list {
			if !inside[name] {
				names = append(names, name)
			}
		}
	}
	for _, n := range g.GetNode() {
		add(reads(n))
	}
	for _, o := range g.GetOutput() {
		add([]string{o.GetName()})
	}
	return names
}

// inBody returns the names that a body defines.
func inBody(g *onnxpb.GraphProto) map[string]bool {
	names := make(map[string]bool)
	for _, v := range g.GetInput() {
		names[v.GetName()] = true
	}
	for _, t := range g.GetInitializer() {
		names[t.GetName()] = true
	}
	for _, t := range g.GetSparseInitializer() {
		names[t.GetValues().GetName()] = true
	}
	for _, n := range g.GetNode() {
		for _, name := range n.GetOutput() {
			names[name] = true
		}
	}
	return names
}

// defines reports whether a body within n, at any depth, makes a tensor of that name.
func defines(n *onnxpb.NodeProto, name string) bool {
	for _, a := range n.GetAttribute() {
		for b := range bodies(a) {
			if inBody(b)[name] {
				return true
			}
			for _, inner := range b.GetNode() {
				if defines(inner, name) {
					return true
				}
			}
		}
	}
	return false
}
