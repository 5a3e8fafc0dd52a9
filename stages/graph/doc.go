// Package graph reads an ONNX model, finds its exits, splits it into segments and counts what they cost. It needs no
// runtime: it works on the file alone, and where the file is silent it says so instead of guessing.
//
// Weights of 16 KiB and more stay in their files, from where a runtime maps them: reading a model of a gigabyte takes no
// more memory than reading its structure. Functions that the model defines are unfolded, so that an exit may lie within one.
// A model may also lie in several files, one for each segment.
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
// cannot travel, and the split says so. A model may insist on a number of rows: a request is the first of them then, and pays
// for all. If that number is one, any tensor can travel, as it is.
//
// # FLOPs
//
// The convention of the count, for one row:
//
//   - A multiply-add is two. So Conv, Gemm and MatMul cost twice their products, and one more per result for a bias. An
//     Einsum is taken two terms at a time, from left to right: a product for each combination of their indexes, and a sum
//     where an index ends.
//   - Element-wise operators cost one per result, whatever the function; comparisons count like sums, and so do random
//     numbers. Two tensors are combined at a time, and a mean divides besides.
//   - A batch normalisation is a scale and a shift: two per element. A normalisation that measures its own mean and
//     variance: seven (sum, difference, square and add, division, scale, shift), five without scale and shift; by the root
//     of the mean square: four; by a norm: three; a local response: five more than its window has channels. Softmax: five
//     (maximum, difference, exponential, sum, division). Hardmax: two.
//   - Attention costs its two matrix products, and per score six (scale and softmax), one for each mask or bias, three for
//     a soft cap. Masked scores count like others. A rotary embedding costs three per number that it turns.
//   - Pooling costs one per element under the window, a reduction one per element that goes in.
//   - Interpolation costs a multiply-add per neighbour: two neighbours an axis if it is linear, four if it is cubic. Where
//     the neighbours lie and how much they weigh is left out. The nearest one is free. Deformable convolutions and
//     RoiAlign interpolate each point that they look at.
//   - Recurrent operators cost their matrix products; the gates' element-wise work is left out.
//   - A Fourier transform of n complex numbers costs 5 n log2 n, one of n real numbers half of that, the figures by which
//     FFTW's benchmark (fftw.org/speed) rates any algorithm. A determinant costs 2/3 n^3, as by elimination.
//   - Operators on integers count like those on floats. Quantised ones cost one more per result, which is scaled; quantising
//     by the extremes of the data costs three per element. Unpacking weights is left out.
//   - An If costs its more expensive branch.
//   - Moving data is free, and so is what follows from constants alone: a runtime computes it once.
//
// Besides the standard operators, those are known that ONNX Runtime puts into the models which it optimises or quantises.
// They cost what their parts do.
//
// A shape whose first dimension is open has one row there, unless the file names that dimension differently from the row
// axis of the inputs. What cannot be counted makes the segment's FLOPs NaN: operators that are not known, loops, whose data
// say how often they run, and shapes that nobody tells.
//
// # Parameters
//
// Parameters are the elements of the constants that a segment holds, used twice or not, clones included. Integers of 64
// bits and booleans are shapes, axes and masks and left out; the weights of quantised layers, of 8 bits, count, with their
// scales and zero points.
package graph
