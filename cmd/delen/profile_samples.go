package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/audio"
	"github.com/delen-edge/delen/stages/onnx"
	"github.com/delen-edge/delen/stages/picture"
	"github.com/delen-edge/delen/stages/profile"
)

// judge finds the accuracies, from samples that are run or from outcomes that are read. Without either they are not known.
func (f *profiling) judge(ctx context.Context, m *onnx.Model, p *profile.Profile) (outcomes []profile.Outcome, err error) {
	switch {
	case f.samples != "":
		outcomes, err = f.classify(ctx, m, p)
	case f.outcomes != "":
		outcomes, err = f.found(p)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	accuracies, err := profile.Accuracies(outcomes, len(p.Exits))
	if err != nil {
		return nil, about(cmp.Or(f.samples, f.outcomes), err)
	}
	for _, o := range outcomes {
		if n := m.Model().Classes(o.Exit - 1); o.Label >= n || o.Predicted >= n {
			return nil, fmt.Errorf("%s: sample %q, exit %d: there is no class %d in %s of the model", f.outcomes, o.Sample, o.Exit, max(o.Label, o.Predicted), plural(n, "class"))
		}
	}
	for i := range accuracies {
		p.Exits[i].Accuracy = &accuracies[i]
	}
	for _, doubt := range doubts(outcomes, accuracies) {
		f.warn("%s", doubt)
	}
	return outcomes, nil
}

// doubts say what samples are too few, or too much alike, to tell.
func doubts(outcomes []profile.Outcome, accuracies []float64) []string {
	var all []string
	const plenty = 100
	last := len(accuracies) - 1
	if n := len(outcomes) / len(accuracies); n < plenty {
		low, high := wilson(accuracies[last], n)
		all = append(all, fmt.Sprintf("%s tell little: an accuracy of %.3f at the last exit may be anything from %.2f to %.2f (95 %% confidence); take hundreds, or thousands for a frontier",
			plural(n, "sample"), accuracies[last], low, high))
	}
	if !slices.ContainsFunc(outcomes, func(o profile.Outcome) bool { return o.Label != outcomes[0].Label }) {
		all = append(all, fmt.Sprintf("all samples are of class %d: what the exits yield on others is not known", outcomes[0].Label))
	}
	return all
}

// wilson is the interval in which a fraction lies with 95 % confidence, when it is seen in n samples: Wilson's score interval
// (J. Am. Stat. Assoc. 22, 1927), which holds for few samples and near 0 and 1 too.
func wilson(fraction float64, n int) (low, high float64) {
	const z = 1.96
	size := float64(n)
	middle := fraction + z*z/(2*size)
	half := z * math.Sqrt(fraction*(1-fraction)/size+z*z/(4*size*size))
	whole := 1 + z*z/size
	return max(0, (middle-half)/whole), min(1, (middle+half)/whole)
}

// classify runs every sample through all exits.
func (f *profiling) classify(ctx context.Context, m *onnx.Model, p *profile.Profile) (outcomes []profile.Outcome, err error) {
	model := m.Model()
	if len(model.Inputs) != 1 {
		return nil, fmt.Errorf("the model takes %d inputs, and a sample is one file: find outcomes in another way, and give them with --outcomes", len(model.Inputs))
	}
	samples, err := readLabels(f.samples)
	if err != nil {
		return nil, err
	}
	labels, err := f.labelsOf(samples, model)
	if err != nil {
		return nil, err
	}
	names, err := f.namesOf(samples)
	if err != nil {
		return nil, err
	}
	c, err := newChain(m, 1)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	var tried calibration
	watch := stages.NewActivationWatch(model)
	searched := profile.Searched(names)
	load, input := f.loader(model), c.carries[0].Tensors[model.Inputs[0]]
	for n, s := range samples {
		f.bar.show("sample", fmt.Sprintf(" %d of %d", n+1, len(samples)), float64(n)/float64(len(samples)))
		if err := load(s.path, input); err != nil {
			return nil, err
		}
		readings, err := c.read(ctx, func(exit int, row []float32) {
			watch.See(exit, row)
			if f.calibrate {
				tried.add(exit, row, labels[n], searched[n])
			}
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.path, err)
		}
		for i, r := range readings {
			outcomes = append(outcomes, profile.Outcome{
				Sample: names[n], Label: labels[n], Exit: i + 1, Predicted: r.Predicted, Confidence: r.Confidence,
			})
		}
	}
	if err := f.checkActivation(watch, model); err != nil {
		return nil, err
	}
	if f.calibrate {
		tried.settle(p, outcomes)
	}
	return outcomes, nil
}

// namesOf are the paths of the samples in their folder.
func (f *profiling) namesOf(samples []sample) ([]string, error) {
	names := make([]string, len(samples))
	for i, s := range samples {
		name, err := filepath.Rel(f.samples, s.path)
		if err != nil {
			return nil, err
		}
		names[i] = filepath.ToSlash(name)
	}
	return names, nil
}

// labelsOf turns the samples' labels into classes: by name where the classes have names, else they are numbers.
func (f *profiling) labelsOf(samples []sample, m *stages.Model) ([]int, error) {
	var names []string
	classes := math.MaxInt // that every exit has
	if f.labels != "" {
		var err error
		if names, err = readLines(f.labels); err != nil {
			return nil, err
		}
	}
	for i, exit := range m.Exits {
		n := m.Classes(i)
		if names != nil && n != len(names) {
			return nil, fmt.Errorf("%s names %d classes, but exit %s gives %d values", f.labels, len(names), exit, n)
		}
		classes = min(classes, n)
	}
	labels, seen := make([]int, len(samples)), make(map[string]bool)
	for i, s := range samples {
		if seen[s.path] {
			return nil, fmt.Errorf("%s: labels.csv names it twice: an outcome belongs to one sample", s.path)
		}
		seen[s.path] = true
		if names != nil {
			if labels[i] = slices.Index(names, s.label); labels[i] < 0 {
				return nil, fmt.Errorf("%s: the label %q is not in %s", s.path, s.label, f.labels)
			}
			continue
		}
		n, err := strconv.Atoi(s.label)
		if err != nil || n < 0 || n >= classes {
			return nil, fmt.Errorf("%s: the label %q is no class: without --labels, which names the classes, write its number, from 0 to %d", s.path, s.label, classes-1)
		}
		labels[i] = n
	}
	return labels, nil
}

// loader is what reads a sample's file into the model's input. The name says what it is.
func (f *profiling) loader(m *stages.Model) func(path string, input *stages.Tensor) error {
	pictures := sync.OnceValues(func() (*picture.Spec, error) { return pictureOfModel(m, f.mean, f.std) })
	recordings := sync.OnceValues(func() (*audio.Spec, error) { return audioOfModel(m, f.rate) })
	return func(path string, input *stages.Tensor) error {
		row, err := []float32(nil), error(nil)
		switch ext := strings.ToLower(filepath.Ext(path)); {
		case ext == ".npy" || ext == ".bin" || ext == ".raw":
			data, err := readTensor(path, *input.Info)
			input.Put(data)
			return err
		case ext == ".wav" && f.rate == 0:
			return fmt.Errorf("%s: with --rate say how many samples a second the model takes", path)
		case f.rate == 0 || ext == ".png" || ext == ".jpg" || ext == ".jpeg":
			var spec *picture.Spec
			if spec, err = pictures(); err == nil {
				row, err = loadPicture(path, spec)
			}
		default:
			var spec *audio.Spec
			if spec, err = recordings(); err == nil {
				row, err = loadRecording(path, spec)
			}
		}
		input.Clear()
		copy(input.Floats(), row)
		return err
	}
}

// audioOfModel reads from the input's shape how a recording becomes it.
func audioOfModel(m *stages.Model, rate int) (*audio.Spec, error) {
	in := &m.Tensors[m.Inputs[0]]
	s := &audio.Spec{Rate: rate}
	if n := len(in.Shape); n > 0 {
		s.Samples = int(in.Shape[n-1])
	}
	if in.Type != stages.Float32 || !s.Fits(in.Shape) {
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
	if in.Type != stages.Float32 || len(in.Shape) != 3 {
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
