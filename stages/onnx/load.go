package onnx

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/graph"
)

// Config says what to load and how to run it.
type Config struct {
	Name    string   // of the model, for messages
	Files   []string // the ONNX file, or one for each segment, in their order
	Exits   []string // in depth order; none: the graph's outputs
	Logits  bool     // the exits hold logits
	Threads int      // intra-op threads of each session; 0: one
	Memory  int      // bytes that the tensors of running tickets may take; 0: 256 MiB
	Carries int      // tickets that have room whatever Memory says: one for each slot; 0: one

	Temperatures []float64 // of the exits, see stages.Model; nil: none

	Provider Provider // what executes it
}

// defaultMemory holds the tensors of some thousand tickets of a small network, or of some ten of a large one.
const defaultMemory = 256 << 20

// Model is a loaded model: a session for each segment and the pool of its carries. It implements stages.Backend.
type Model struct {
	config Config
	files  []watched // of the model, as they were when it was loaded
	model  *stages.Model
	pool   *pool

	mu       sync.Mutex
	sessions []*session // by segment: what Open gives; none when each runner has its own
	closed   bool
}

var _ stages.Backend = (*Model)(nil)

// Load reads, splits and loads a model. The library must be open. Weights are mapped from the model's files, which must not
// be written to as long as the model is loaded: to replace one, another is renamed to its name. A model waits for others that are
// being loaded if the memory for all is not there. The caller closes the model.
func Load(c Config) (*Model, error) {
	m, err := load(c)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", c.Name, err)
	}
	return m, nil
}

func load(c Config) (*Model, error) {
	own, err := watch(c.Files)
	if err != nil {
		return nil, err
	}
	split, err := cut(c)
	if err != nil {
		return nil, err
	}
	weights, err := watch(split.WeightFiles())
	if err != nil {
		return nil, err
	}
	model, err := describe(c, split)
	if err != nil {
		return nil, err
	}
	m := &Model{config: c, files: append(own, weights...), model: model, pool: newPool(model, c.Memory, c.Carries)}
	release, err := m.reserve(split, func() int64 { return Spare("/") })
	if err != nil {
		return nil, err
	}
	defer release()
	if c.Provider.streams() {
		return m, nil // Open makes the sessions
	}
	for i := range model.Segments {
		s, err := m.session(split, i)
		if err != nil {
			return nil, errors.Join(err, m.Close())
		}
		m.sessions = append(m.sessions, s)
	}
	if err := m.unchanged(); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// watched is a file that must stay what it is.
type watched struct {
	path string
	info os.FileInfo
}

func watch(paths []string) ([]watched, error) {
	var files []watched
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		files = append(files, watched{path, info})
	}
	return files, nil
}

// unchanged says whether the model's files are what they were when it began to be loaded: half of one and half of another
// would be no model.
func (m *Model) unchanged() error {
	for _, f := range m.files {
		info, err := os.Stat(f.path)
		if err != nil {
			return err
		}
		if !os.SameFile(info, f.info) || info.Size() != f.info.Size() || !info.ModTime().Equal(f.info.ModTime()) {
			return fmt.Errorf("%s has been changed since it was loaded: start the node anew to serve it", f.path)
		}
	}
	return nil
}

// cut reads a model and splits it, and asks the runtime for the types and shapes that the file does not give.
func cut(c Config) (*graph.Split, error) {
	g, split, err := graph.Cut(c.Files, c.Exits)
	if err != nil {
		return nil, err
	}
	return split, Resolve(g, split)
}

// maxTensor bounds a tensor of all the rows that a model insists on, in bytes.
const maxTensor = 1 << 30

// describe turns a split into the model that the rest of the house sees.
func describe(c Config, split *graph.Split) (*stages.Model, error) {
	m := &stages.Model{Name: c.Name, Exits: split.Exits, Logits: c.Logits, Temperatures: c.Temperatures, Rows: int(split.FixedRows)}
	for i, t := range split.Tensors {
		if len(t.Shape) == 0 {
			return nil, fmt.Errorf("tensor %q has no known shape with a row axis, so it cannot travel with a request", t.Name)
		}
		info, err := stages.NewInfo(t.Name, stages.DType(t.Type), t.Row())
		if err != nil {
			return nil, err
		}
		info.Rowless = t.Rowless
		if info.RowBytes > maxTensor/max(m.Rows, 1) {
			return nil, fmt.Errorf("with %d rows at a time, on which the model insists, tensor %q has more than 1 GiB; export it with a dynamic batch",
				m.Rows, t.Name)
		}
		m.Tensors = append(m.Tensors, info)
		m.LastUse = append(m.LastUse, split.LastUse[i]-1)
	}
	for i := range split.Inputs {
		m.Inputs = append(m.Inputs, i)
	}
	for _, s := range split.Segments {
		m.Segments = append(m.Segments, stages.Segment{Exit: s.Exit, In: s.In, Out: s.Out, FLOPs: s.FLOPs})
		m.LastUse[s.Exit] = stages.Kept
	}
	return m, m.Validate()
}

// Model is what the backend executes.
func (m *Model) Model() *stages.Model { return m.model }

// Alloc gives the memory of one ticket.
func (m *Model) Alloc() (*stages.Carry, error) { return m.pool.alloc() }

// Free takes it back.
func (m *Model) Free(c *stages.Carry) { m.pool.free(c) }

// Outstanding is the number of carries that are allocated and not freed.
func (m *Model) Outstanding() int { return m.pool.outstanding() }

// Close releases sessions and memory.
func (m *Model) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var errs []error
	for _, s := range m.sessions {
		errs = append(errs, s.release())
	}
	m.sessions, m.closed = nil, true
	return errors.Join(append(errs, m.pool.close())...)
}
