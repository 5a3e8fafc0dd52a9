package graph

import "slices"

// carrying are the operators that give the values of their first input in another shape, order or type.
var carrying = []string{"Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Cast", "Dropout"}

// activation names the operator that computes the values of a tensor, such as "Softmax" or "Gemm": operators that only pass
// values on are looked through. It is empty for an operator of an extension, and for what no operator computes.
func (g *Graph) activation(name string) string {
	for {
		at := g.maker[name]
		if at < 0 {
			return ""
		}
		n := &g.nodes[at]
		if !n.standard() {
			return ""
		}
		if inputs := n.GetInput(); slices.Contains(carrying, n.GetOpType()) && len(inputs) > 0 {
			name = inputs[0]
			continue
		}
		return n.GetOpType()
	}
}
