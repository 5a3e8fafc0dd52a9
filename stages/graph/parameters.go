package graph

import (
	"math"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// parameters counts the elements of the constants that nodes hold: the initializers they read, what Constant nodes carry
// and what lies in their bodies and in the functions that they call. Integers of 64 bits and booleans are shapes, axes and masks, not parameters. Those of 8
// bits are weights of quantised layers; their scales and zero points count as well, and where several weights share a byte
// the bytes do.
func (g *Graph) parameters(nodes []int) int64 {
	sum := int64(0)
	add := func(t *onnxpb.TensorProto) bool {
		if kind := DType(t.GetDataType()); kind != Int64 && kind != Bool {
			if n, ok := elements(t.GetDims()); ok {
				sum += min(n, math.MaxInt64-sum) // a file can claim more than can be counted
			}
		}
		return true
	}
	g.constants(nodes, add)
	return sum
}

// weightBytes counts the bytes of those constants, whatever they are.
func (g *Graph) weightBytes(nodes []int) int64 {
	sum := int64(0)
	g.constants(nodes, func(t *onnxpb.TensorProto) bool {
		n, ok := elements(t.GetDims())
		if size := int64(DType(t.GetDataType()).Size()); ok {
			sum += min(n*max(size, 1), math.MaxInt64-sum)
		}
		return true
	})
	return sum
}

// constants yields the constants that nodes hold.
func (g *Graph) constants(nodes []int, add func(*onnxpb.TensorProto) bool) {
	used := make(map[string]bool)
	for _, n := range nodes {
		for _, name := range g.nodes[n].reads {
			used[name] = true
		}
	}
	protos := g.protos(nodes)
	nodeTensors(protos, add)
	for _, f := range g.library.needed(g.model.GetFunctions(), protos) {
		nodeTensors(f.GetNode(), add)
	}
	for _, t := range g.model.GetGraph().GetInitializer() {
		if used[t.GetName()] {
			add(t)
		}
	}
	for _, t := range g.model.GetGraph().GetSparseInitializer() {
		if used[t.GetValues().GetName()] {
			sparseTensors(t, add)
		}
	}
}
