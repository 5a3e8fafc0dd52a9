package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/onnx"
	"github.com/delen-edge/delen/stages/profile"
)

// profiling is the command line of profile.
type profiling struct {
	models []string

	name, exits, samples, labels, outcomes, output, device, power string

	library string
	probs   bool
	mean    []float64
	std     []float64
	rate    int
	rounds  int
}

// newProfile makes the command that measures a model on this machine.
func newProfile() *cobra.Command {
	var f profiling
	cmd := &cobra.Command{
		Use:   "profile MODEL... [-o profile.json]",
		Short: "Measure a model's exits on this machine",
		Long: `Profile runs a model on this machine and writes what each exit takes: the median
response time of one row on one thread, from the input to the exit, and the
floating-point operations, counted in the graph, a multiply-add as two. MODEL is an
ONNX file, or one for each segment, as split takes them.

Accuracy comes from labelled samples, which are run (--samples FOLDER with a
labels.csv of file,label and --labels with the names of the classes), or from
outcomes that were found before (--outcomes FILE with the header
sample,label,exit,predicted,confidence). With --samples, --outcomes names the file
that is written. Without either, accuracy is null. Samples are pictures, scaled to
the size of the model's input; with --rate they are recordings in WAV files, of
that many samples a second and no longer than the model's input.

Energy needs a power model, since there is no meter: --power IDLE,BUSY in watts.
It is then the busy power times the response time, idle power included, and marked
as modelled. Without it, energy is null.

The device should have nothing else to do meanwhile.`,
		Example: `  delen profile model.onnx -o profile.json
  delen profile model.onnx --samples test --labels labels.txt --mean 0.5 --std 0.5 --power 4.40,7.86
  delen profile speech.onnx --samples test --labels labels.txt --rate 16000`,
		Args: models,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.models = args
			return f.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVarP(&f.output, "output", "o", "profile.json", "the file to write")
	cmd.Flags().StringVar(&f.name, "name", "", "the name of the model, for people (default the file's)")
	cmd.Flags().StringVar(&f.exits, "exits", "", "the exits, separated by commas (default the model's outputs)")
	cmd.Flags().StringVar(&f.samples, "samples", "", "a folder of labelled pictures or recordings to run")
	cmd.Flags().StringVar(&f.labels, "labels", "", "a file with the name of each class, one a line")
	cmd.Flags().StringVar(&f.outcomes, "outcomes", "", "outcomes to read, or with --samples to write")
	cmd.Flags().Float64SliceVar(&f.mean, "mean", nil, "the mean of each channel of a picture (default 0)")
	cmd.Flags().Float64SliceVar(&f.std, "std", nil, "the standard deviation of each channel (default 1)")
	cmd.Flags().IntVar(&f.rate, "rate", 0, "the samples are recordings, of so many samples a second")
	cmd.Flags().BoolVar(&f.probs, "probabilities", false, "the exits give probabilities, not logits")
	cmd.Flags().StringVar(&f.device, "device", runtime.GOOS+"/"+runtime.GOARCH, "the name of this machine, for people")
	cmd.Flags().StringVar(&f.power, "power", "", "the machine's idle and busy power in watts, as IDLE,BUSY")
	cmd.Flags().StringVar(&f.library, "library", "", "libonnxruntime.so (default as for serve)")
	cmd.Flags().IntVar(&f.rounds, "rounds", 300, "how often the model is run")
	return cmd
}

func (f *profiling) run(ctx context.Context, stdout io.Writer) error {
	idle, busy, err := f.watts()
	if err != nil {
		return usageError{err}
	}
	m, err := f.load()
	if err != nil {
		return err
	}
	defer m.Close()
	model := m.Model()
	digest, err := stages.Digest(f.models...)
	if err != nil {
		return err
	}
	p := &profile.Profile{
		Model: cmp.Or(f.name, strings.TrimSuffix(filepath.Base(f.models[0]), ".onnx")), Digest: digest, Device: f.device, Provider: "cpu", Threads: 1,
		Runtime: "onnxruntime " + onnx.LibraryVersion(), Source: profile.Measured, IdlePower: idle,
	}
	if busy != nil {
		p.EnergySource = profile.Modelled
	}
	accuracies, err := f.accuracies(ctx, m, p)
	if err != nil {
		return err
	}
	times, err := responseTimes(ctx, m, f.rounds)
	if err != nil {
		return err
	}
	for i, name := range model.Exits {
		seconds := times[i].Seconds()
		e := profile.Exit{Name: name, ResponseTime: &seconds, FLOPs: finite(model.FLOPs(i + 1))}
		if accuracies != nil {
			e.Accuracy = &accuracies[i]
		}
		if busy != nil {
			joules := *busy * seconds
			e.Energy = &joules
		}
		p.Exits = append(p.Exits, e)
	}
	if err := p.Write(f.output); err != nil {
		return err
	}
	return printProfile(stdout, p, f.output)
}

// load opens the runtime and the model.
func (f *profiling) load() (*onnx.Model, error) {
	if err := openLibrary(f.library); err != nil {
		return nil, err
	}
	var exits []string
	if f.exits != "" {
		exits = strings.Split(f.exits, ",")
	}
	return onnx.Load(onnx.Config{Name: filepath.Base(f.models[0]), Files: f.models, Exits: exits, Logits: !f.probs})
}

// watts reads --power.
func (f *profiling) watts() (idle, busy *float64, err error) {
	if f.power == "" {
		return nil, nil, nil
	}
	low, high, ok := strings.Cut(f.power, ",")
	a, errA := strconv.ParseFloat(low, 64)
	b, errB := strconv.ParseFloat(high, 64)
	if !ok || errA != nil || errB != nil || !(a >= 0 && b > a) {
		return nil, nil, fmt.Errorf("--power %q: write the idle and the busy power in watts, such as 4.40,7.86", f.power)
	}
	return &a, &b, nil
}

// accuracies come from samples that are run or from outcomes that are read; nil when there are neither.
func (f *profiling) accuracies(ctx context.Context, m *onnx.Model, p *profile.Profile) ([]float64, error) {
	var outcomes []profile.Outcome
	var err error
	switch {
	case f.samples != "":
		outcomes, err = f.classify(ctx, m)
		if err == nil && f.outcomes != "" {
			err = profile.WriteOutcomes(f.outcomes, outcomes)
		}
	case f.outcomes != "":
		outcomes, err = profile.ReadOutcomes(f.outcomes)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if f.outcomes != "" {
		p.Outcomes, err = beside(f.output, f.outcomes)
		if err != nil {
			return nil, err
		}
	}
	return profile.Accuracies(outcomes, len(m.Model().Exits))
}

// beside is a path as seen from the folder of a file.
func beside(file, path string) (string, error) {
	from, errA := filepath.Abs(filepath.Dir(file))
	to, errB := filepath.Abs(path)
	if err := errors.Join(errA, errB); err != nil {
		return "", err
	}
	return filepath.Rel(from, to)
}

// classify runs every sample through all exits.
func (f *profiling) classify(ctx context.Context, m *onnx.Model) ([]profile.Outcome, error) {
	load, err := f.loader(m.Model())
	if err != nil {
		return nil, err
	}
	if f.labels == "" {
		return nil, usageError{errors.New("--samples needs --labels, the names of the classes in the order of the outputs")}
	}
	names, err := readLines(f.labels)
	if err != nil {
		return nil, err
	}
	for i := range m.Model().Exits {
		if n := m.Model().Classes(i); n != len(names) {
			return nil, fmt.Errorf("%s names %d classes, but exit %s gives %d values", f.labels, len(names), m.Model().Exits[i], n)
		}
	}
	samples, err := readLabels(f.samples)
	if err != nil {
		return nil, err
	}
	c, err := newChain(m)
	if err != nil {
		return nil, err
	}
	defer c.close()
	var outcomes []profile.Outcome
	for _, s := range samples {
		label := slices.Index(names, s.label)
		if label < 0 {
			return nil, fmt.Errorf("%s: the label %q is not in %s", s.path, s.label, f.labels)
		}
		row, err := load(s.path)
		if err != nil {
			return nil, err
		}
		readings, err := c.read(ctx, row)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.path, err)
		}
		for i, r := range readings {
			outcomes = append(outcomes, profile.Outcome{
				Sample: filepath.Base(s.path), Label: label, Exit: i + 1, Predicted: r.Predicted, Confidence: r.Confidence,
			})
		}
	}
	return outcomes, nil
}
