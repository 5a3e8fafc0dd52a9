package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/onnx"
)

// chain is a model with a runner for each segment, the memory of one ticket, and something to run.
type chain struct {
	model   *onnx.Model
	runners []stages.Runner
	carry   *stages.Carry
	inputs  [][]byte // all rows of each of the model's inputs
}

func newChain(m *onnx.Model) (*chain, error) {
	c := &chain{model: m}
	for s := range m.Model().Segments {
		r, err := m.Open(s, 1)
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
		c.runners = append(c.runners, r)
	}
	var err error
	if c.carry, err = m.Alloc(); err != nil {
		return nil, errors.Join(err, c.close())
	}
	random := rand.New(rand.NewPCG(1, 1))
	for _, i := range m.Model().Inputs {
		t := c.carry.Tensors[i]
		c.inputs = append(c.inputs, noise(random, t.Info.Type, len(t.Data)+len(t.Padding)))
	}
	return c, nil
}

// noise is as busy as a picture or a recording: a processor draws less on zeros. Integers are zeros all the same, which are in
// every vocabulary.
func noise(random *rand.Rand, t stages.DType, size int) []byte {
	b := make([]byte, size)
	for i := 0; t == stages.Float32 && i < size; i += 4 {
		binary.NativeEndian.PutUint32(b[i:], math.Float32bits(float32(random.NormFloat64())))
	}
	return b
}

// ready writes the inputs: what is computed may lie where they were.
func (c *chain) ready() {
	for n, i := range c.model.Model().Inputs {
		t := c.carry.Tensors[i]
		copy(t.Padding, c.inputs[n][copy(t.Data, c.inputs[n]):])
	}
}

// run runs a segment, unless the context is done.
func (c *chain) run(ctx context.Context, segment int) (stages.Usage, error) {
	if ctx.Err() != nil {
		return stages.Usage{}, context.Cause(ctx)
	}
	return stages.RunUntil(ctx, c.runners[segment], []*stages.Carry{c.carry})
}

// round runs all segments once and gives what each took.
func (c *chain) round(ctx context.Context, took []time.Duration) error {
	c.ready()
	for s := range c.runners {
		used, err := c.run(ctx, s)
		if err != nil {
			return err
		}
		took[s] = used.Busy
	}
	return nil
}

// read runs all segments on what is in the input, reads every exit and shows its row. The error of an exit names it.
func (c *chain) read(ctx context.Context, show func(exit int, row []float32)) ([]stages.Reading, error) {
	model := c.model.Model()
	var values []float32
	var readings []stages.Reading
	for s := range c.runners {
		if _, err := c.run(ctx, s); err != nil {
			return nil, err
		}
		row := c.carry.Tensors[model.Segments[s].Exit].Values(&values)
		reading, err := model.Read(s, row)
		if err != nil {
			return nil, fmt.Errorf("exit %s: %w", model.Exits[s], err)
		}
		show(s, row)
		readings = append(readings, reading)
	}
	return readings, nil
}

func (c *chain) close() error {
	c.model.Free(c.carry)
	var errs []error
	for _, r := range c.runners {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}
