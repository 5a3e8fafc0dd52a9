package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/onnx"
)

// chain is a model with a runner for each segment, the memory of the tickets that run at once, and something to run.
type chain struct {
	model   *onnx.Model
	runners []stages.Runner
	carries []*stages.Carry
	inputs  [][]byte // of each ticket and each of the model's inputs, with all the rows that the model insists on
}

func newChain(m *onnx.Model, requests int) (*chain, error) {
	c := &chain{model: m}
	for s := range m.Model().Segments {
		r, err := m.Open(s, requests)
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
		c.runners = append(c.runners, r)
	}
	// A processor draws less on zeros.
	random := rand.New(rand.NewPCG(1, 1))
	for range requests {
		carry, err := m.Alloc()
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
		c.carries = append(c.carries, carry)
		for _, i := range m.Model().Inputs {
			t := carry.Tensors[i]
			data := make([]byte, len(t.Data)+len(t.Padding))
			stages.Noise(random, t.Info.Type, data)
			c.inputs = append(c.inputs, data)
		}
	}
	return c, nil
}

// ready writes the inputs: what is computed may lie where they were.
func (c *chain) ready() {
	inputs := c.inputs
	for _, carry := range c.carries {
		for _, i := range c.model.Model().Inputs {
			t := carry.Tensors[i]
			copy(t.Padding, inputs[0][copy(t.Data, inputs[0]):])
			inputs = inputs[1:]
		}
	}
}

// run runs a segment, unless the context is done.
func (c *chain) run(ctx context.Context, segment int) (stages.Usage, error) {
	if ctx.Err() != nil {
		return stages.Usage{}, context.Cause(ctx)
	}
	return stages.RunUntil(ctx, c.runners[segment], c.carries)
}

// round runs all segments once and gives what each took.
func (c *chain) round(ctx context.Context) (took []time.Duration, err error) {
	c.ready()
	for s := range c.runners {
		used, err := c.run(ctx, s)
		if err != nil {
			return nil, err
		}
		took = append(took, used.Busy)
	}
	return took, nil
}

// read runs all segments on what is in the first ticket's input, reads every exit and shows its row. The error of an exit names it.
func (c *chain) read(ctx context.Context, show func(exit int, row []float32)) ([]stages.Reading, error) {
	model := c.model.Model()
	var values []float32
	var readings []stages.Reading
	for s := range c.runners {
		if _, err := c.run(ctx, s); err != nil {
			return nil, err
		}
		row := c.carries[0].Tensors[model.Segments[s].Exit].Values(&values)
		reading, err := model.Read(s, row)
		if errors.Is(err, stages.ErrProbability) {
			return nil, fmt.Errorf("exit %s gives logits, no probabilities: leave out --probabilities", model.Exits[s])
		}
		if err != nil {
			return nil, fmt.Errorf("exit %s: %w", model.Exits[s], err)
		}
		show(s, row)
		readings = append(readings, reading)
	}
	return readings, nil
}

func (c *chain) close() error {
	for _, carry := range c.carries {
		c.model.Free(carry)
	}
	var errs []error
	for _, r := range c.runners {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}
