package onnx

import (
	"errors"
	"fmt"
	"sync"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/stages"
)

// runner runs one segment. Several runners of a segment share its session, unless the provider has streams: then each has a
// session and a stream of its own.
type runner struct {
	model   *Model
	index   int // of the segment
	segment *stages.Segment
	session *session
	options *ort.RunOptions
	in, out []ort.Value // of a run for one ticket, used again by every such
	batch   *batch      // nil: every run is for one

	mu         sync.Mutex // guards the termination of a run
	running    bool
	terminated bool
}

var _ stages.Runner = (*runner)(nil)

// Open makes a runner of a segment, from 0, whose runs are for up to so many tickets. With streams it makes a session and a
// stream too, which takes as long as loading the segment and as much memory.
func (m *Model) Open(segment, rows int) (stages.Runner, error) {
	r, err := m.open(segment, rows)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", m.model.Name, err)
	}
	return r, nil
}

func (m *Model) open(segment, rows int) (*runner, error) {
	if err := m.model.CheckRows(rows); err != nil {
		return nil, err
	}
	s := &m.model.Segments[segment]
	r := &runner{model: m, index: segment, segment: s, in: make([]ort.Value, len(s.In)), out: make([]ort.Value, len(s.Out))}
	var err error
	if rows > 1 {
		if r.batch, err = newBatch(m.model, s, rows); err != nil {
			return nil, fmt.Errorf("segment %d: %w", segment+1, err)
		}
	}
	if r.options, err = ort.NewRunOptions(); err != nil {
		return nil, errors.Join(fmt.Errorf("segment %d: %w", segment+1, err), r.batch.close())
	}
	if r.session, err = m.acquire(segment); err != nil {
		return nil, errors.Join(err, r.options.Destroy(), r.batch.close())
	}
	return r, nil
}

// Run executes the segment, on the calling thread when the session has one.
func (r *runner) Run(rows []*stages.Carry) (stages.Usage, error) {
	in, out, err := r.values(rows)
	if err != nil {
		return stages.Usage{}, err
	}
	if err := r.begin(); err != nil {
		return stages.Usage{}, err
	}
	start := time.Now()
	if len(rows) > 1 {
		r.batch.gather(rows)
	}
	err = r.session.RunWithOptions(in, out, r.options)
	if len(rows) > 1 && err == nil {
		r.batch.scatter(rows)
	}
	busy := time.Since(start)
	if r.finish() && err != nil {
		err = fmt.Errorf("%w: %w", stages.ErrTerminated, err)
	}
	return stages.Usage{Busy: busy}, err
}

// values are what the runtime reads and writes: one ticket's own tensors, or those that rows are gathered in.
func (r *runner) values(rows []*stages.Carry) (in, out []ort.Value, err error) {
	if len(rows) != 1 {
		return r.batch.values(len(rows))
	}
	for i, t := range r.segment.In {
		r.in[i] = rows[0].Tensors[t].Handle.(ort.Value)
	}
	for i, t := range r.segment.Out {
		r.out[i] = rows[0].Tensors[t].Handle.(ort.Value)
	}
	return r.in, r.out, nil
}

func (r *runner) begin() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.terminated {
		if err := r.options.UnsetTerminate(); err != nil {
			return err
		}
		r.terminated = false
	}
	r.running = true
	return nil
}

// finish says whether the run was asked to end.
func (r *runner) finish() (terminated bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = false
	return r.terminated
}

// Terminate asks the run in progress, if there is one, to give up at its next operator.
func (r *runner) Terminate() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running && !r.terminated {
		r.terminated = r.options.Terminate() == nil
	}
}

// Renew moves the runner to another session.
func (r *runner) Renew() error {
	fresh, err := r.model.renew(r.index, r.session)
	if fresh != nil {
		r.session = fresh
	}
	return err
}

// Close releases what belongs to the runner.
func (r *runner) Close() error {
	return errors.Join(r.options.Destroy(), r.model.forgo(r.session), r.batch.close())
}
