package modelled

import (
	"cmp"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/profile"
)

// Config says what is modelled.
type Config struct {
	Name     string            // of the model, for messages
	Profile  *profile.Profile  // gives the exits and what the segments take, see Latencies; it must be valid
	Outcomes []profile.Outcome // what the exits say about each sample; none: an even chance of two classes, whatever the sample
	Carries  int               // tickets that may be in progress; 0: 1024
}

// Input is the name of the model's input, an int64 of shape [1]: the number of a sample, from 0 in the order of Outcomes.
const Input = "sample"

// Model is a modelled model. It implements stages.Backend.
type Model struct {
	model   *stages.Model
	takes   []time.Duration  // by segment, for one request
	profile *profile.Profile // says how many times as long a run for several takes
	samples [][]said         // by sample and segment; nil: unsure
	limit   int              // of carries

	mu    sync.Mutex
	spare []*stages.Carry
	out   int
}

var _ stages.Backend = (*Model)(nil)

// Load makes a model of a profile. The error says what the profile or which outcome lacks.
func Load(c Config) (*Model, error) {
	takes, err := Latencies(c.Profile)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", c.Name, err)
	}
	samples, classes, err := arrange(c.Outcomes, len(takes))
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", c.Name, err)
	}
	return &Model{model: describe(&c, classes), takes: takes, profile: c.Profile, samples: samples, limit: cmp.Or(c.Carries, 1024)}, nil
}

// describe makes the model that the rest of the house sees: every segment reads the sample's number and writes its exit.
func describe(c *Config, classes int) *stages.Model {
	m := &stages.Model{
		Name: c.Name, Exits: c.Profile.Names(), Inputs: []int{0},
		Tensors: []stages.Info{{Name: Input, Type: stages.Int64, Shape: []int64{1}, RowBytes: 8}},
		LastUse: []int{len(c.Profile.Exits) - 1},
	}
	before := 0.0
	for i, e := range c.Profile.Exits {
		flops := math.NaN()
		if e.FLOPs != nil {
			flops = *e.FLOPs
		}
		m.Tensors = append(m.Tensors, stages.Info{Name: e.Name, Type: stages.Float32, Shape: []int64{int64(classes)}, RowBytes: 4 * classes})
		m.LastUse = append(m.LastUse, stages.Kept)
		m.Segments = append(m.Segments, stages.Segment{In: []int{0}, Out: []int{i + 1}, Exit: i + 1, FLOPs: flops - before})
		before = flops
	}
	return m
}

// Model is what the backend executes.
func (m *Model) Model() *stages.Model { return m.model }

// Alloc gives the memory of one ticket. It lies on the Go heap, since nobody else writes to it.
func (m *Model) Alloc() (*stages.Carry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.out >= m.limit {
		return nil, fmt.Errorf("%w: model %s has %d tickets in progress", stages.ErrMemory, m.model.Name, m.out)
	}
	m.out++
	if n := len(m.spare); n > 0 {
		c := m.spare[n-1]
		m.spare = m.spare[:n-1]
		return c, nil
	}
	c := &stages.Carry{}
	for i := range m.model.Tensors {
		info := &m.model.Tensors[i]
		c.Tensors = append(c.Tensors, &stages.Tensor{Info: info, Data: make([]byte, info.RowBytes)})
	}
	return c, nil
}

// Free takes it back.
func (m *Model) Free(c *stages.Carry) {
	if c == nil {
		return
	}
	m.mu.Lock()
	m.spare = append(m.spare, c)
	m.out--
	m.mu.Unlock()
}

// Close says whether tickets still hold memory.
func (m *Model) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.out > 0 {
		return fmt.Errorf("model %s is closed while %d tickets hold its memory", m.model.Name, m.out)
	}
	return nil
}
