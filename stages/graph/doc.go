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
// # Rows
//
// The first axis of everything that travels with a request (the graph's inputs, the exits and what crosses between
// segments) is the row axis: one row, one request. What has its rows elsewhere, as the states of a recurrent network may,
// cannot travel, and the split says so.
//
// # FLOPs
//
// The convention of the count, for one row:
//
//   - A multiply-add is two. So Conv, Gemm and MatMul cost twice their products, and one more per result for a bias.
//   - Element-wise operators cost one per result, whatever the function; comparisons count like sums.
//   - A batch normalisation is a scale and a shift: two per element. A normalisation that measures its own mean and
//     variance: seven (sum, difference, square and add, division, scale, shift). Softmax: five (maximum, difference,
//     exponential, sum, division).
//   - Pooling costs one per element under the window, a reduction one per element that goes in.
//   - Recurrent operators cost their matrix products; the gates' element-wise work is left out.
//   - Moving data is free, and so is what follows from constants alone: a runtime computes it once.
//
// A shape whose first dimension is open has one row there, unless the file names that dimension differently from the row
// axis of the inputs. What cannot be counted makes the segment's FLOPs NaN.
package graph
