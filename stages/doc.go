// Package stages holds what a running segment is made of: the model cut into segments, the tensors that cross from one
// to the next, the memory that one request needs for all of them, and the reading that is taken at every exit.
//
// The package knows no runtime. Backend and Runner are the two interfaces behind which one stands: stages/onnx executes
// on ONNX Runtime, stages/modelled takes a profile's time and executes nothing.
//
// Ownership: a [Carry] is the memory of one ticket. It has one owner at a time, and who sends it gives it away. It comes
// from Backend.Alloc when the ticket first runs and goes back through Backend.Free, once.
package stages
