package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
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
// of each exit. The library must be open.
func Verify(c Config, inputs int) ([]Difference, error) {
	m, err := Load(c)
	if err != nil {
		return nil, err
	}
	differences, err := m.verify(inputs)
	return differences, errors.Join(err, m.Close())
}

func (m *Model) verify(inputs int) (_ []Difference, err error) {
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
		r, err := m.Open(s)
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
		if err := w.session.Run(w.in, w.out); err != nil {
			return nil, fmt.Errorf("running the whole model: %w", err)
		}
		w.give(carry, m.model.Inputs)
		for s, r := range chain {
			if _, err := r.Run(carry); err != nil {
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
	want, got := whole.Values(&a), split.Values(&b)
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
	inputs  []graph.Tensor
	data    map[string][]byte // of the inputs
	exits   []*stages.Tensor
	in, out []ort.Value
}

// uncut opens the model as a whole. The caller closes it.
func (m *Model) uncut() (w *whole, err error) {
	g, split, err := graph.Cut(m.config.Files, m.config.Exits)
	if err != nil {
		return nil, err
	}
	w = &whole{inputs: g.Inputs(), data: make(map[string][]byte)}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	var names []string
	for _, t := range w.inputs {
		if t.RowBytes() < 0 {
			return nil, fmt.Errorf("input %s leaves more open than its rows", t)
		}
		names = append(names, t.Name)
		w.data[t.Name] = make([]byte, int64(m.model.Rows)*t.RowBytes())
		if err := m.value(&w.in, t.Shape[1:], w.data[t.Name], ort.TensorElementDataType(t.Type)); err != nil {
			return nil, err
		}
	}
	for _, s := range m.model.Segments {
		info := &m.model.Tensors[s.Exit]
		data := make([]byte, m.model.Rows*info.RowBytes)
		w.exits = append(w.exits, &stages.Tensor{Info: info, Data: data[:info.RowBytes]})
		if err := m.value(&w.out, info.Shape, data, ort.TensorElementDataType(info.Type)); err != nil {
			return nil, err
		}
	}
	data, err := g.Lean()
	if err != nil {
		return nil, err
	}
	captures := slices.ContainsFunc(split.Segments, func(s graph.Segment) bool { return s.Captures })
	options, err := m.options(g.Folder(), captures)
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	w.session, err = ort.NewDynamicAdvancedSessionWithONNXData(data, names, m.model.Exits, options)
	if err != nil {
		return nil, fmt.Errorf("opening the whole model: %w", err)
	}
	return w, nil
}

// value makes a tensor of the runtime for all rows of the model.
func (m *Model) value(list *[]ort.Value, row []int64, data []byte, kind ort.TensorElementDataType) error {
	v, err := ort.NewCustomDataTensor(append(ort.Shape{int64(m.model.Rows)}, row...), data, kind)
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
	return errors.Join(errs...)
}

// fill writes the inputs: numbers as of a normalised picture or recording where they have a fraction, else 0 and 1, which are
// in every vocabulary.
func (w *whole) fill(random *rand.Rand, any bool) {
	for _, t := range w.inputs {
		data := w.data[t.Name]
		clear(data)
		for i := 0; any && i < len(data); i += t.Type.Size() {
			put(data[i:], t.Type, random)
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

func put(b []byte, t graph.DType, random *rand.Rand) {
	x := random.NormFloat64()
	switch t {
	case graph.Float32:
		binary.NativeEndian.PutUint32(b, math.Float32bits(float32(x)))
	case graph.Float64:
		binary.NativeEndian.PutUint64(b, math.Float64bits(x))
	case graph.BFloat16:
		binary.NativeEndian.PutUint16(b, uint16(math.Float32bits(float32(x))>>16))
	case graph.Float16:
		binary.NativeEndian.PutUint16(b, uint16(random.IntN(0x3c01))) // 0 to 1
	case graph.Int64, graph.Uint64:
		binary.NativeEndian.PutUint64(b, random.Uint64()&1)
	case graph.Int32, graph.Uint32:
		binary.NativeEndian.PutUint32(b, random.Uint32()&1)
	case graph.Int16, graph.Uint16:
		binary.NativeEndian.PutUint16(b, uint16(random.Uint32()&1))
	default:
		b[0] = byte(random.Uint32() & 1)
	}
}
