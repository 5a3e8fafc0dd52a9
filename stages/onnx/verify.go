package onnx

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/graph"
)

// Difference is how far an exit of the segments is from the same of the uncut model.
type Difference struct {
	Largest float64 // of the absolute differences; NaN when one side gave a NaN and the other did not
	Scale   float64 // the largest absolute value that the uncut model gave
}

// Same reports whether a difference is one of rounding: 1e-5 of the scale, at least of 1, for an exit of float32 or float64,
// and what their shorter fractions leave for the others.
func (d Difference) Same(exit stages.DType) bool {
	tolerance := 1e-5
	switch exit {
	case stages.Float16:
		tolerance = 1e-2
	case stages.BFloat16:
		tolerance = 1e-1
	}
	return d.Largest <= tolerance*max(1, d.Scale)
}

// Verify runs a model whole and in segments on the same inputs, zeros first and then random ones, and returns the difference
// of each exit. The library must be open. It ends early when the context is done.
func Verify(ctx context.Context, c Config, inputs int) ([]Difference, error) {
	m, err := Load(c)
	if err != nil {
		return nil, err
	}
	differences, err := m.verify(ctx, inputs)
	return differences, errors.Join(err, m.Close())
}

func (m *Model) verify(ctx context.Context, inputs int) (_ []Difference, err error) {
	w, err := m.uncut()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	var chain []stages.Runner
	defer func() {
		for _, r := range chain {
			err = errors.Join(err, r.Close())
		}
	}()
	for s := range m.model.Segments {
		r, err := m.Open(s, 1)
		if err != nil {
			return nil, err
		}
		chain = append(chain, r)
	}
	carry, err := m.Alloc()
	if err != nil {
		return nil, err
	}
	defer m.Free(carry)
	differences := make([]Difference, len(chain))
	random := rand.New(rand.NewPCG(1, 1))
	for n := range inputs {
		w.fill(random, n > 0)
		if err := w.run(ctx); err != nil {
			return nil, fmt.Errorf("running the whole model: %w", err)
		}
		w.give(carry, m.model.Inputs)
		for s, r := range chain {
			if _, err := stages.RunUntil(ctx, r, []*stages.Carry{carry}); err != nil {
				return nil, fmt.Errorf("running segment %d: %w", s+1, err)
			}
			differences[s].compare(w.exits[s], carry.Tensors[m.model.Segments[s].Exit])
		}
	}
	return differences, nil
}

// compare takes in one more answer.
func (d *Difference) compare(whole, split *stages.Tensor) {
	var a, b []float32
	d.of(whole.Values(&a), split.Values(&b))
}

func (d *Difference) of(want, got []float32) {
	for i := range want {
		x, y := float64(want[i]), float64(got[i])
		switch {
		case x == y || math.IsNaN(x) && math.IsNaN(y): // infinities too
		case math.IsNaN(d.Largest):
		default:
			if gap := math.Abs(x - y); !(gap <= d.Largest) {
				d.Largest = gap
			}
		}
		if !math.IsInf(x, 0) && !math.IsNaN(x) {
			d.Scale = max(d.Scale, math.Abs(x))
		}
	}
}

// whole is a model in one session, with its inputs and its exits.
type whole struct {
	session *ort.DynamicAdvancedSession
	options *ort.RunOptions
	types   map[string]stages.DType // of the inputs
	data    map[string][]byte       // of the inputs
	exits   []*stages.Tensor
	in, out []ort.Value
}

// uncut opens the model as a whole. The caller closes it.
func (m *Model) uncut() (*whole, error) {
	w := &whole{types: make(map[string]stages.DType), data: make(map[string][]byte)}
	if err := w.open(m); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *whole) open(m *Model) error {
	g, split, err := graph.Cut(m.config.Files, m.config.Exits)
	if err != nil {
		return err
	}
	for _, i := range m.model.Inputs {
		info := &m.model.Tensors[i]
		data := make([]byte, max(m.model.Rows, 1)*info.RowBytes)
		w.data[info.Name], w.types[info.Name] = data, info.Type
		if err := m.value(&w.in, info, data); err != nil {
			return err
		}
	}
	for _, s := range m.model.Segments {
		info := &m.model.Tensors[s.Exit]
		data := make([]byte, max(m.model.Rows, 1)*info.RowBytes)
		w.exits = append(w.exits, &stages.Tensor{Info: info, Data: data[:info.RowBytes]})
		if err := m.value(&w.out, info, data); err != nil {
			return err
		}
	}
	if err := w.load(m, g, split); err != nil {
		return fmt.Errorf("opening the whole model: %w", err)
	}
	w.options, err = ort.NewRunOptions()
	return err
}

// load opens the file itself, of which nobody has touched anything. A model in several files has to be made first, and so has
// what is left of one without inputs that no exit needs, or with exits that are no outputs.
func (w *whole) load(m *Model, g *graph.Graph, split *graph.Split) error {
	bodies := slices.ContainsFunc(split.Segments, func(s graph.Segment) bool { return s.Bodies })
	options, err := m.options(split.Folder(), bodies)
	if err != nil {
		return err
	}
	defer options.Destroy()
	names := m.names(m.model.Inputs)
	outputs := g.Outputs()
	isOutput := func(exit string) bool {
		return slices.ContainsFunc(outputs, func(t graph.Tensor) bool { return t.Name == exit })
	}
	if len(m.config.Files) == 1 && len(names) == len(g.Inputs()) && !slices.ContainsFunc(m.model.Exits, func(e string) bool { return !isOutput(e) }) {
		w.session, err = ort.NewDynamicAdvancedSession(m.config.Files[0], names, m.model.Exits, options)
		return err
	}
	data, err := split.Uncut()
	if err != nil {
		return err
	}
	w.session, err = ort.NewDynamicAdvancedSessionWithONNXData(data, names, m.model.Exits, options)
	return err
}

// run computes the exits.
func (w *whole) run(ctx context.Context) error {
	stop := stages.WhenDone(ctx, func() { w.options.Terminate() })
	err := w.session.RunWithOptions(w.in, w.out, w.options)
	if stop() {
		return context.Cause(ctx)
	}
	return err
}

// value makes a tensor of the runtime, of all rows of the model, and adds it to a list.
func (m *Model) value(list *[]ort.Value, info *stages.Info, data []byte) error {
	v, err := ort.NewCustomDataTensor(shapeOf(info, max(m.model.Rows, 1)), data, ort.TensorElementDataType(info.Type))
	if err == nil {
		*list = append(*list, v)
	}
	return err
}

func (w *whole) close() error {
	var errs []error
	for _, v := range append(w.in, w.out...) {
		errs = append(errs, v.Destroy())
	}
	if w.session != nil {
		errs = append(errs, w.session.Destroy())
	}
	if w.options != nil {
		errs = append(errs, w.options.Destroy())
	}
	return errors.Join(errs...)
}

// fill writes noise to the inputs, or without any zeros.
func (w *whole) fill(random *rand.Rand, any bool) {
	for _, name := range slices.Sorted(maps.Keys(w.data)) {
		data, kind := w.data[name], w.types[name]
		clear(data)
		if any {
			stages.Noise(random, kind, data)
		}
	}
}

// give copies the inputs to a carry, whose tensors of these indexes they are.
func (w *whole) give(c *stages.Carry, inputs []int) {
	for _, i := range inputs {
		t := c.Tensors[i]
		n := copy(t.Data, w.data[t.Info.Name])
		copy(t.Padding, w.data[t.Info.Name][n:])
	}
}
