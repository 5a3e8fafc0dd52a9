package stages

import (
	"errors"
	"time"
)

// ErrMemory is the error of Alloc when a model's tickets hold all the memory that they may.
var ErrMemory = errors.New("the memory for running tickets is used up")

// ErrTerminated is the error of a run that was asked to end, and did.
var ErrTerminated = errors.New("the run was terminated")

// Usage is what one run took.
type Usage struct {
	Busy time.Duration // wall time of the native call, and of gathering the rows before it and scattering them after it
}

// Backend executes one loaded model. Alloc and Free may be called by any goroutine; Open and Close by one at a time.
type Backend interface {
	// Model is what the backend executes.
	Model() *Model
	// Alloc gives the memory of one ticket, contents undefined. It reuses what Free gave back, and fails with ErrMemory
	// when the limit on carries is reached.
	Alloc() (*Carry, error)
	// Free takes a carry back. The caller must own it and no run may be using it. Free of nil does nothing.
	Free(*Carry)
	// Open makes a runner of a segment, from 0, whose runs are for up to so many tickets, at least 1. It fails when they are
	// more than Model.MaxRows allows. Runners of one segment are its instances.
	Open(segment, rows int) (Runner, error)
	// Close releases the model. Every runner must be closed and every carry freed before.
	Close() error
}

// Runner executes one segment. It is owned by one stage, and used on the stage's thread; only Terminate may be called by
// others.
type Runner interface {
	// Run executes the segment on the carries of one ticket or of several, as many as Open was told at the most, and not none:
	// it reads Segment.In of each and writes Segment.Out. The tensors of one are used where they lie. Those of several are
	// gathered into memory of the runner's own, run at once, and what comes of it is scattered; a carry that is given twice
	// is computed twice. After an error nothing is known of what is in Segment.Out; Segment.In is as before. The carries
	// belong to the runner until Run returns, the slice does not after it.
	Run(rows []*Carry) (Usage, error)
	// Terminate asks a run in progress to end soon with ErrTerminated. A run that has not begun is not affected.
	Terminate()
	// Renew gives the runner a session of the runtime that nothing has gone wrong in, in place of the one it has. When it
	// fails the runner keeps the old one. No run may be in progress.
	Renew() error
	// Close releases the runner. No run may be in progress.
	Close() error
}
