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
	in, out []ort.Value // used again by every run

	mu         sync.Mutex // guards the termination of a run
	running    bool
	terminated bool
}

var _ stages.Runner = (*runner)(nil)

// Open makes a runner of a segment, from 0. With streams it makes a session and a stream too, which takes as long as loading
// the segment and as much memory.
func (m *Model) Open(segment int) (stages.Runner, error) {
	options, err := ort.NewRunOptions()
	if err != nil {
		return nil, fmt.Errorf("model %s: segment %d: %w", m.model.Name, segment+1, err)
	}
	session, err := m.acquire(segment)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("model %s: %w", m.model.Name, err), options.Destroy())
	}
	s := &m.model.Segments[segment]
	return &runner{
		model: m, index: segment, segment: s, session: session, options: options,
		in: make([]ort.Value, len(s.In)), out: make([]ort.Value, len(s.Out)),
	}, nil
}

// Run executes the segment, on the calling thread when the session has one.
func (r *runner) Run(c *stages.Carry) (stages.Usage, error) {
	for i, t := range r.segment.In {
		r.in[i] = c.Tensors[t].Handle.(ort.Value)
	}
	for i, t := range r.segment.Out {
		r.out[i] = c.Tensors[t].Handle.(ort.Value)
	}
	if err := r.begin(); err != nil {
		return stages.Usage{}, err
	}
	start := time.Now()
	err := r.session.RunWithOptions(r.in, r.out, r.options)
	busy := time.Since(start)
	r.finish()
	return stages.Usage{Busy: busy}, err
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

func (r *runner) finish() {
	r.mu.Lock()
	r.running = false
	r.mu.Unlock()
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
func (r *runner) Close() error { return errors.Join(r.options.Destroy(), r.model.forgo(r.session)) }
