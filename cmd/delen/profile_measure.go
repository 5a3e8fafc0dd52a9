package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/audio"
	"github.com/delen-edge/delen/stages/onnx"
	"github.com/delen-edge/delen/stages/picture"
)

// responseTimes are the medians over the rounds of the time from the input to each exit.
func responseTimes(ctx context.Context, m *onnx.Model, rounds int) ([]time.Duration, error) {
	c, err := newChain(m)
	if err != nil {
		return nil, err
	}
	defer c.close()
	const warming = 20
	times := make([][]time.Duration, len(c.runners))
	for round := range warming + max(rounds, 1) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sum := time.Duration(0)
		for _, i := range m.Model().Inputs {
			c.carry.Tensors[i].Clear()
		}
		for i, r := range c.runners {
			used, err := stages.RunUntil(ctx, r, c.carry)
			if err != nil {
				return nil, err
			}
			sum += used.Busy
			if round >= warming {
				times[i] = append(times[i], sum)
			}
		}
	}
	medians := make([]time.Duration, len(times))
	for i := range times {
		slices.Sort(times[i])
		medians[i] = times[i][len(times[i])/2]
	}
	return medians, nil
}

// chain is a model with a runner for each segment and the memory of one ticket.
type chain struct {
	model   *onnx.Model
	runners []stages.Runner
	carry   *stages.Carry
}

func newChain(m *onnx.Model) (*chain, error) {
	c := &chain{model: m}
	for s := range m.Model().Segments {
		r, err := m.Open(s)
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
		c.runners = append(c.runners, r)
	}
	var err error
	if c.carry, err = m.Alloc(); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// read runs one row through all segments and reads every exit.
func (c *chain) read(ctx context.Context, row []float32) ([]stages.Reading, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	model := c.model.Model()
	input := c.carry.Tensors[model.Inputs[0]]
	input.Clear()
	copy(input.Floats(), row)
	var values []float32
	var readings []stages.Reading
	for i, r := range c.runners {
		if _, err := stages.RunUntil(ctx, r, c.carry); err != nil {
			return nil, err
		}
		reading, err := stages.Read(c.carry.Tensors[model.Segments[i].Exit].Values(&values), model.Logits)
		if err != nil {
			return nil, err
		}
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

// loader is what reads a sample as a row of the model's input.
func (f *profiling) loader(m *stages.Model) (func(path string) ([]float32, error), error) {
	if f.rate == 0 {
		spec, err := pictureOfModel(m, f.mean, f.std)
		return func(path string) ([]float32, error) { return loadPicture(path, spec) }, err
	}
	if f.mean != nil || f.std != nil {
		return nil, usageError{errors.New("--mean and --std are for pictures, but --rate says that the samples are recordings: leave out what is wrong")}
	}
	spec, err := audioOfModel(m, f.rate)
	return func(path string) ([]float32, error) { return loadRecording(path, spec) }, err
}

// audioOfModel reads from the input's shape how a recording becomes it.
func audioOfModel(m *stages.Model, rate int) (*audio.Spec, error) {
	in := &m.Tensors[m.Inputs[0]]
	s := &audio.Spec{Rate: rate}
	if n := len(in.Shape); n > 0 {
		s.Samples = int(in.Shape[n-1])
	}
	if len(m.Inputs) != 1 || in.Type != stages.Float32 || !s.Fits(in.Shape) {
		return nil, fmt.Errorf("the model's input is no recording: it is %s of shape %v; leave out --rate", in.Type, in.Shape)
	}
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("--rate: %w", err)
	}
	return s, nil
}

// pictureOfModel reads from the input's shape how a picture becomes it.
func pictureOfModel(m *stages.Model, mean, std []float64) (*picture.Spec, error) {
	in := &m.Tensors[m.Inputs[0]]
	if len(m.Inputs) != 1 || in.Type != stages.Float32 || len(in.Shape) != 3 {
		return nil, fmt.Errorf("the model's input is no picture: it is %s of shape %v; if the samples are recordings, say so with --rate", in.Type, in.Shape)
	}
	s := &picture.Spec{Layout: picture.NCHW, Color: picture.Gray, Height: int(in.Shape[1]), Width: int(in.Shape[2]), Mean: mean, Std: std}
	channels := in.Shape[0]
	if last := in.Shape[2]; channels != 1 && channels != 3 && (last == 1 || last == 3) {
		s.Layout, s.Height, s.Width, channels = picture.NHWC, int(in.Shape[0]), int(in.Shape[1]), last
	}
	if channels == 3 {
		s.Color = picture.RGB
	}
	return s, s.Validate()
}
