// Package cuda makes CUDA streams for sessions. The CUDA runtime library is opened when the first stream, or a list of
// devices, is asked for: nothing of CUDA is needed to build, and nothing is opened on a machine that does not ask.
//
// A session whose work goes to a stream of its own does not wait for the work of others. The deeper a segment lies, the
// higher the priority of its stream: the ticket that is nearest to its end goes first, and makes room.
//
// The library must be of the major version that the runtime's own CUDA libraries are linked against; then both share the
// device's context, and a stream made here is one there.
package cuda
