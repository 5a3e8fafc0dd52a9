package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/internal/limits"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/onnx"
	"github.com/delen-edge/delen/stages/profile"
)

// profiling is a profile in the making: the command line, and what is asked of the machine.
type profiling struct {
	models []string

	name, exits, samples, labels, outcomes, output, device, power string

	library, provider string

	probs, calibrate bool
	mean             []float64
	std              []float64
	rate             int
	threads          int

	rows   rowCounts // wanted by name; nil: usualRows, as far as the model takes them
	rounds int
	limit  time.Duration

	root   string        // where the meters are looked for
	span   time.Duration // how long a meter looks at something; 0: as long as it needs
	stderr io.Writer
	bar    *progress
	energy *energies // nil: not yet looked for
}

// usualRows are the batch sizes that are measured when nobody names others.
var usualRows = []int{1, 2, 4, 8}

// profileManual is the help of the command.
const profileManual = `Profile runs a model on this machine and writes profile.json: what each exit takes
from the start, and what each segment takes by the number of rows that it runs at a
time. MODEL is an ONNX file, or one for each segment, as split takes them.

Times are those of warm runs, the segments in turns as when they serve: the median
and the 95th percentile. Each number of rows (--rows) is run --rounds times, or for
--time if that ends earlier, the numbers in turns, too, so that a machine whose pace
drifts does not favour one of them. Floating-point operations are counted in the
graph, a multiply-add as two. A model with a fixed batch is measured with that. The
CPU executes the model, or the provider that --provider names, as its defaults are.

Energy comes from the meter that there is: the rails of a Jetson, the processor's
energy counters (only root may read them on most machines), or a battery that is
being discharged; "delen doctor" lists them. The idle machine is measured first,
then each segment for a second and more. Or it is modelled: --power IDLE,BUSY in
watts makes it the busy power times the time, whatever meters there are. Energies
include the idle power. With neither, energy is null.

Accuracy comes from labelled samples, which are run (--samples FOLDER with a
labels.csv of file,label), or from outcomes that were found before (--outcomes FILE
with the header sample,label,exit,predicted,confidence). Of samples, --outcomes
names the file that is written, or else it lies beside the profile: outcomes.csv for
profile.json, and NAME-outcomes.csv for NAME.json.
Without either, accuracy is null. Samples are pictures (PNG, JPEG), scaled to the
size of the model's input; recordings (WAV) with --rate, no longer than the input;
or tensors of one row (.npy, or bare bytes in .bin and .raw). A label is the name
of a class, when --labels names them, or else its number, from 0.

The profile names its outcomes by their SHA-256: with others in their place it is
refused. Outcomes that are read again bring the temperatures of the profile that was
written with them, if it still lies at -o or beside them; when that is of another
model, they are refused.

The exits are taken to give logits, unless --probabilities says that they give
probabilities, as behind a Softmax. What the samples show to be otherwise is an
error, and so is a configuration whose model has another activation than the
profile: "none" goes with --probabilities, "softmax" with profiles made without.

--calibrate finds a temperature for each exit, by which its logits are divided, so
that a confidence of 0.9 is right 9 times of 10, as far as one number can do that.
It looks at the third of the samples that points are found by, never at those that
promises are tested on. It stands in the profile, the outcomes are made with it, and
a node that has the profile reads the exits with it. Criteria that ask for a
confidence mean another one then.

The device should have nothing else to do meanwhile: a warning says when it seems
to have. Ctrl-C stops at once, and leaves the files of before as they are.`

// newProfile makes the command that measures a model on this machine.
func newProfile() *cobra.Command {
	f := profiling{root: "/"}
	cmd := &cobra.Command{
		Use:   "profile MODEL... [-o profile.json]",
		Short: "Measure a model's exits on this machine",
		Long:  profileManual,
		Example: `  delen profile model.onnx -o profile.json
  delen profile model.onnx --samples test --labels labels.txt --power 4.40,7.86
  delen profile speech.onnx --samples test --labels labels.txt --rate 16000`,
		Args: models,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.models, f.stderr = args, cmd.ErrOrStderr()
			return f.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVarP(&f.output, "output", "o", "profile.json", "the file to write")
	cmd.Flags().StringVar(&f.name, "name", "", "the name of the model, for people (default the file's)")
	cmd.Flags().StringVar(&f.exits, "exits", "", "the exits, separated by commas (default all outputs)")
	cmd.Flags().StringVar(&f.samples, "samples", "", "a folder of labelled samples to run")
	cmd.Flags().StringVar(&f.labels, "labels", "", "a file with the name of each class, one a line")
	cmd.Flags().StringVar(&f.outcomes, "outcomes", "", "outcomes to read, or with --samples to write")
	cmd.Flags().Float64SliceVar(&f.mean, "mean", nil, "the mean of each channel of a picture (default 0)")
	cmd.Flags().Float64SliceVar(&f.std, "std", nil, "the standard deviation of each channel (default 1)")
	for _, list := range []string{"mean", "std"} {
		cmd.Flags().Lookup(list).DefValue = "" // the help would say []
	}
	cmd.Flags().IntVar(&f.rate, "rate", 0, "the samples are recordings, of so many samples a second")
	cmd.Flags().BoolVar(&f.probs, "probabilities", false, "the exits give probabilities, not logits")
	cmd.Flags().BoolVar(&f.calibrate, "calibrate", false, "find a temperature for each exit on the samples")
	cmd.Flags().StringVar(&f.device, "device", "", "the name of this machine (default its board's)")
	cmd.Flags().StringVar(&f.power, "power", "", "the machine's idle and busy power in watts, as IDLE,BUSY")
	cmd.Flags().StringVar(&f.library, "library", "", "libonnxruntime.so (default as for serve)")
	cmd.Flags().StringVar(&f.provider, "provider", "cpu", "what executes the model")
	cmd.Flags().Var(&f.rows, "rows", "how many rows to run at a time (default 1,2,4,8)")
	cmd.Flags().IntVar(&f.rounds, "rounds", 500, "runs of each number of rows, at most")
	cmd.Flags().DurationVar(&f.limit, "time", 10*time.Second, "time for each number of rows, at most")
	cmd.Flags().IntVar(&f.threads, "threads", 1, "how many threads a run has")
	return cmd
}

// run profiles. When the context ends first, nothing is written.
func (f *profiling) run(ctx context.Context, stdout io.Writer) error {
	if err := f.checkFlags(); err != nil {
		return err
	}
	if err := openLibrary(f.library); err != nil {
		return err
	}
	if err := onnx.Available(onnx.Provider{Name: f.provider}); err != nil {
		return err
	}
	f.bar = newProgress(f.stderr)
	if cores := limits.Cores(); f.threads > cores {
		f.warn("--threads %d: this process may use %s, and threads that share a core make each other wait; times are those of a run that waits", f.threads, plural(cores, "core"))
	}
	p, outcomes, err := f.measure(ctx)
	f.bar.clear()
	if ctx.Err() != nil {
		return fmt.Errorf("%w: nothing is written", errInterrupted)
	}
	if err != nil {
		return err
	}
	if err := f.write(p, outcomes); err != nil {
		return err
	}
	return f.print(stdout, p)
}

// measure finds out everything.
func (f *profiling) measure(ctx context.Context) (*profile.Profile, []profile.Outcome, error) {
	m, err := f.load()
	if err != nil {
		return nil, nil, err
	}
	p, outcomes, err := f.judged(ctx, m)
	if err == nil && f.energy == nil {
		err = f.idle(ctx)
	}
	var all []*runs
	if err == nil {
		all, err = f.allRuns(ctx, m)
	}
	if err := errors.Join(err, m.Close()); err != nil {
		return nil, nil, err
	}
	f.energy.describe(p)
	fill(p, all)
	return p, outcomes, nil
}

// judged is a profile that says what it is of and what the exits yield, with the outcomes behind it.
func (f *profiling) judged(ctx context.Context, m *onnx.Model) (*profile.Profile, []profile.Outcome, error) {
	p, err := f.head(m.Model())
	if err != nil {
		return nil, nil, err
	}
	outcomes, err := f.judge(ctx, m, p)
	return p, outcomes, err
}

// head is a profile that says what it is of.
func (f *profiling) head(m *stages.Model) (*profile.Profile, error) {
	digest, err := stages.Digest(f.models...)
	if err != nil {
		return nil, err
	}
	p := &profile.Profile{
		Version: 1, Model: cmp.Or(f.name, strings.TrimSuffix(filepath.Base(f.models[0]), ".onnx")), Digest: digest, Device: f.device,
		Provider: f.provider, Threads: f.threads, Runtime: runtimeName(), Activation: f.activation(), Source: profile.Measured,
	}
	for i, name := range m.Exits {
		p.Exits = append(p.Exits, profile.Exit{Name: name, FLOPs: finite(m.FLOPs(i + 1))})
	}
	if f.outcomes != "" {
		p.Outcomes, err = beside(f.output, f.outcomes)
	}
	return p, err
}

// runtimeName is the runtime with its version, as profiles name it. The library must be open.
func runtimeName() string { return "onnxruntime " + onnx.LibraryVersion() }

// load loads the model, with memory for as many requests as the runs of all sizes will have.
func (f *profiling) load() (*onnx.Model, error) {
	requests := 2 // to see whether rows keep apart
	for _, n := range f.wanted() {
		requests += n
	}
	var exits []string
	if f.exits != "" {
		exits = strings.Split(f.exits, ",")
	}
	return onnx.Load(onnx.Config{
		Name: filepath.Base(f.models[0]), Files: f.models, Exits: exits, Logits: !f.probs, Threads: f.threads,
		Carries: requests, Provider: onnx.Provider{Name: f.provider},
	})
}

// wanted are the numbers of rows to measure, ascending.
func (f *profiling) wanted() []int {
	if f.rows == nil {
		return usualRows
	}
	return slices.Compact(slices.Sorted(slices.Values(f.rows)))
}

// warn says what is wrong with what is measured.
func (f *profiling) warn(format string, args ...any) {
	f.bar.clear()
	fmt.Fprintf(f.stderr, "delen: warning: "+format+"\n", args...)
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
