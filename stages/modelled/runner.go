package modelled

import (
	"encoding/binary"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/delen-edge/delen/stages"
)

// runner runs one segment.
type runner struct {
	model   *Model
	segment int
	rows    int    // of a run, at the most
	says    []said // of a run, used again by the next

	mu  sync.Mutex
	end chan struct{} // of the run in progress: closed to terminate it; nil: there is none
}

var _ stages.Runner = (*runner)(nil)

// Open makes a runner of a segment, from 0, whose runs are for up to so many tickets.
func (m *Model) Open(segment, rows int) (stages.Runner, error) {
	if err := m.model.CheckRows(rows); err != nil {
		return nil, fmt.Errorf("model %s: %w", m.model.Name, err)
	}
	return &runner{model: m, segment: segment, rows: rows}, nil
}

// Run takes the segment's time for so many rows and writes their exits.
func (r *runner) Run(rows []*stages.Carry) (stages.Usage, error) {
	if len(rows) < 1 || len(rows) > r.rows {
		return stages.Usage{}, fmt.Errorf("a run for %d requests on a runner that was opened for %d", len(rows), r.rows)
	}
	r.says = r.says[:0]
	for _, c := range rows {
		says, err := r.model.says(c.Tensors[0], r.segment)
		if err != nil {
			return stages.Usage{}, err
		}
		r.says = append(r.says, says)
	}
	begun := time.Now()
	err := r.wait(r.takes(len(rows)))
	usage := stages.Usage{Busy: time.Since(begun)}
	if err != nil {
		return usage, err
	}
	for i, c := range rows {
		r.says[i].write(c.Tensors[r.segment+1].Floats())
	}
	return usage, nil
}

// takes is the time of a run for so many rows.
func (r *runner) takes(rows int) time.Duration {
	one := r.model.takes[r.segment]
	if rows == 1 {
		return one
	}
	return time.Duration(float64(one) * r.model.profile.Times(r.segment, rows))
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
		return stages.ErrTerminated
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
