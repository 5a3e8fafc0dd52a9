package stages

import (
	"math"
	"sync/atomic"
)

// seenEnough is how many rows of an exit tell what it gives. Logits of a few classes may look like probabilities once.
const seenEnough = 16

// ActivationWatch looks at the rows of a model's exits and notices when they are not what the model says: probabilities where it
// says logits, or the other way about. It owns no row, and may be used by many goroutines at once. A nil one notices nothing.
type ActivationWatch struct {
	logits bool
	exits  []exitRows
	said   atomic.Bool // See has returned true
}

// exitRows is what an exit has given so far.
type exitRows struct {
	like    atomic.Int32 // rows that would be probabilities
	other   atomic.Bool  // a row was none
	settled atomic.Bool  // nothing more is to be learnt
}

// NewActivationWatch makes a watch of a model.
func NewActivationWatch(m *Model) *ActivationWatch {
	return &ActivationWatch{logits: m.Logits, exits: make([]exitRows, len(m.Segments))}
}

// See looks at a row of the exit of a segment. It returns true once: when it has become certain that an exit gives something
// else than the model says. Once an exit has given enough rows, it costs an atomic load.
func (w *ActivationWatch) See(segment int, row []float32) bool {
	if w == nil || w.exits[segment].settled.Load() {
		return false
	}
	return w.exits[segment].look(row, w.logits) && w.said.CompareAndSwap(false, true)
}

// look judges a row and reports whether the exit is certainly wrong. Of logits a single row that is no distribution clears it, of
// probabilities one that is none convicts it.
func (e *exitRows) look(row []float32, logits bool) bool {
	switch kind := kindOf(row); {
	case kind == nothing:
		return false
	case logits && kind != distribution || kind == unbounded:
		e.other.Store(true)
		e.settled.Store(true)
		return !logits
	}
	if e.like.Add(1) < seenEnough {
		return false
	}
	return !e.settled.Swap(true) && logits
}

// Wrong lists the segments whose exits, by all rows so far, do not give what the model says. A few rows can mislead.
func (w *ActivationWatch) Wrong() []int {
	var all []int
	for s := range w.exits {
		e := &w.exits[s]
		if wrong := e.other.Load(); w.logits && !wrong && e.like.Load() > 0 || !w.logits && wrong {
			all = append(all, s)
		}
	}
	return all
}

// rowKind is what a row of an exit looks like.
type rowKind uint8

const (
	nothing      rowKind = iota // it holds a NaN, for which there is an error
	undecided                   // it may be logits, or probabilities of classes that do not exclude each other
	distribution                // no value is below 0, and together they are 1
	unbounded                   // a value is below 0 or above 1: no probability
)

// sumTolerance is what half precision may take from a sum of 1, or add to it.
const sumTolerance = 5e-3

func kindOf(row []float32) rowKind {
	sum := 0.0
	for _, v := range row {
		p := float64(v)
		if math.IsNaN(p) {
			return nothing
		}
		if p < -tolerance || p > 1+tolerance {
			return unbounded
		}
		sum += p
	}
	if math.Abs(sum-1) <= sumTolerance {
		return distribution
	}
	return undecided
}
