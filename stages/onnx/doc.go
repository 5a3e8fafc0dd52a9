// Package onnx executes models on ONNX Runtime. It is the only place that knows the runtime.
//
// A model is split at its exits (stages/graph) and every segment becomes a session. On the CPU all instances of a segment
// share the session: the runtime lets several threads run one session at a time, and weights are held once. Sessions do
// not spin while they wait: on a small machine the spinning of one takes the core from another. A session that fails again
// and again is replaced by a new one, made from the model's file once more, without touching those who use the old one.
//
// A ticket's tensors are made once and used again (see stages.Layout): the runtime writes every output where it stays,
// and a request costs no allocation in the runtime.
package onnx
