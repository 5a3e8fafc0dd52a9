// Package graph reads an ONNX model, finds its exits, splits it into segments and counts what they cost. It needs no
// runtime: it works on the file alone, and where the file is silent it says so instead of guessing.
//
// A model with K exits makes K segments. The law of the split:
//
//   - A node belongs to the earliest exit that needs it, so what exit 1 needs is computed in segment 1 and nowhere else.
//   - A tensor that a later segment reads is an output of its producer and an input of each consumer. It may skip
//     segments; [Split.LastUse] tells when it can be freed.
//   - Constants do not cross. Initializers go to every segment that uses them, and so do nodes whose value follows from
//     constants and from shapes alone (a Constant, a dequantised weight, the Shape of a tensor and the arithmetic on it):
//     they are cloned. A shape has no row axis, so it could not travel with a request in any case.
//   - What no exit needs is dropped. Tensors keep their names, nodes their order.
//
// The segments run one after the other compute what the whole model computes.
//
// The first axis of everything that travels with a request (the graph's inputs, the exits and what crosses between
// segments) is the row axis: one row, one request.
package graph
