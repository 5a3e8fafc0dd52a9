// Package modelled is a backend that computes nothing: a segment takes the time that a profile says, and its exit says what
// the outcomes say. With it a node serves a network that it has not got, on a machine that it is not, as far as time and
// answers go: the published figures of a large network, or a small board's on a workstation.
//
// The model has one input, the number of a sample, and its exits give probabilities. A run waits on its thread; it does not
// make the processor busy, so that two runs at once are as fast as one. What a profile cannot say is not modelled: how long
// a run takes beside others, or when the device is hot.
package modelled
