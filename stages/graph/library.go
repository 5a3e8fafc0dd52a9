package graph

import (
	"slices"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// library holds the functions that a model defines.
type library map[signature]*onnxpb.FunctionProto

// signature is what a call and its function share.
type signature struct{ domain, name, overload string }

func called(n *onnxpb.NodeProto) signature {
	return signature{domain(n.GetDomain()), n.GetOpType(), n.GetOverload()}
}

func defined(f *onnxpb.FunctionProto) signature {
	return signature{domain(f.GetDomain()), f.GetName(), f.GetOverload()}
}

// domain gives the standard operators' domain its short name.
func domain(name string) string {
	if name == "ai.onnx" {
		return ""
	}
	return name
}

func newLibrary(functions []*onnxpb.FunctionProto) library {
	l := make(library, len(functions))
	for _, f := range functions {
		l[defined(f)] = f
	}
	return l
}

// walk visits nodes, and those in their bodies and in the functions that they call, each function once. It stops when visit
// says so, and reports whether it has been everywhere.
func (l library) walk(nodes []*onnxpb.NodeProto, visit func(*onnxpb.NodeProto) bool) bool {
	return l.visit(nodes, make(map[*onnxpb.FunctionProto]bool), visit)
}

func (l library) visit(nodes []*onnxpb.NodeProto, seen map[*onnxpb.FunctionProto]bool, visit func(*onnxpb.NodeProto) bool) bool {
	for _, n := range nodes {
		if !visit(n) {
			return false
		}
		for _, a := range n.GetAttribute() {
			for b := range bodies(a) {
				if !l.visit(b.GetNode(), seen, visit) {
					return false
				}
			}
		}
		if f := l[called(n)]; f != nil && !seen[f] {
			seen[f] = true
			if !l.visit(f.GetNode(), seen, visit) {
				return false
			}
		}
	}
	return true
}

// needed returns those of a model's functions that nodes call, in the model's order.
func (l library) needed(all []*onnxpb.FunctionProto, nodes []*onnxpb.NodeProto) []*onnxpb.FunctionProto {
	if len(all) == 0 {
		return nil
	}
	calls := make(map[signature]bool)
	l.walk(nodes, func(n *onnxpb.NodeProto) bool { calls[called(n)] = true; return true })
	return keep(all, func(f *onnxpb.FunctionProto) bool { return calls[defined(f)] })
}

// random reports whether a node draws numbers, itself, in a body or in a function: two copies of it would give two different
// values. Operators outside the standard are taken to be functions of their inputs. What is found of functions is kept in
// known.
func (l library) random(n *onnxpb.NodeProto, known map[*onnxpb.FunctionProto]bool) bool {
	if draws(n) {
		return true
	}
	among := func(nodes []*onnxpb.NodeProto) bool {
		return slices.ContainsFunc(nodes, func(n *onnxpb.NodeProto) bool { return l.random(n, known) })
	}
	for _, a := range n.GetAttribute() {
		for b := range bodies(a) {
			if among(b.GetNode()) {
				return true
			}
		}
	}
	f := l[called(n)]
	if _, seen := known[f]; f != nil && !seen {
		known[f] = false // while it is found out
		known[f] = among(f.GetNode())
	}
	return known[f]
}

// draws reports whether an operator draws numbers.
func draws(n *onnxpb.NodeProto) bool {
	switch n.GetOpType() {
	case "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli":
		return true
	case "Dropout":
		return at(n.GetInput(), 2) != "" // which would have it drop as in training
	}
	return false
}

// embodied reports whether a node is an operator with bodies, or has one in a function that it calls.
func (l library) embodied(nodes []*onnxpb.NodeProto) bool {
	return !l.walk(nodes, func(n *onnxpb.NodeProto) bool {
		for _, a := range n.GetAttribute() {
			for range bodies(a) {
				return false
			}
		}
		return true
	})
}
