package modelled

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/delen-edge/delen/stages"
)

// errTerminated is the error of a run that was asked to end.
var errTerminated = errors.New("the run was terminated")

// runner runs one segment.
type runner struct {
	model   *Model
	segment int

	mu  sync.Mutex
	end chan struct{} // of the run in progress: closed to terminate it; nil: there is none
}

var _ stages.Runner = (*runner)(nil)

// Open makes a runner of a segment, from 0.
func (m *Model) Open(segment int) (stages.Runner, error) {
	return &runner{model: m, segment: segment}, nil
}

// Run takes the segment's time and writes its exit.
func (r *runner) Run(c *stages.Carry) (stages.Usage, error) {
	says, err := r.model.says(c.Tensors[0], r.segment)
	if err != nil {
		return stages.Usage{}, err
	}
	begun := time.Now()
	err = r.wait(r.model.takes[r.segment])
	usage := stages.Usage{Busy: time.Since(begun)}
	if err == nil {
		says.write(c.Tensors[r.segment+1].Floats())
	}
	return usage, err
}

// wait passes the time, unless Terminate ends it.
func (r *runner) wait(takes time.Duration) error {
	end := make(chan struct{})
	r.set(end)
	defer r.set(nil)
	over := time.NewTimer(takes)
	defer over.Stop()
	select {
	case <-over.C:
		return nil
	case <-end:
		return errTerminated
	}
}

func (r *runner) set(end chan struct{}) {
	r.mu.Lock()
	r.end = end
	r.mu.Unlock()
}

// Terminate ends the wait of the run in progress, if there is one.
func (r *runner) Terminate() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.end != nil {
		close(r.end)
		r.end = nil
	}
}

// Renew does nothing: nothing can go wrong in a runner.
func (r *runner) Renew() error { return nil }

// Close does nothing.
func (r *runner) Close() error { return nil }

// says is what the exit of a segment says about the sample that the input names.
func (m *Model) says(input *stages.Tensor, segment int) (said, error) {
	n := int64(binary.NativeEndian.Uint64(input.Data))
	switch {
	case m.samples == nil:
		return unsure, nil
	case n < 0 || n >= int64(len(m.samples)):
		return said{}, fmt.Errorf("there is no outcome of sample %d: the outcomes are of samples 0 to %d", n, len(m.samples)-1)
	}
	return m.samples[n][segment], nil
}

// write makes the distribution: the prediction has the confidence, and the others the rest in equal parts. Where those would
// be as large, because the outcomes name few of the classes that there are, the distribution lacks something.
func (s said) write(probabilities []float32) {
	rest := min((1-s.confidence)/float32(len(probabilities)-1), math.Nextafter32(s.confidence, 0))
	for i := range probabilities {
		probabilities[i] = rest
	}
	probabilities[s.predicted] = s.confidence
}
