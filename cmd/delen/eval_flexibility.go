package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/stages/profile"
)

// flexibility is the command line of eval flexibility.
type flexibility struct {
	config    string
	models    []string
	samples   map[string]string
	published string
	targets   []float64
	output    string
	json      bool

	lanes  int // requests on their way, as many as CONFIG has slots
	stderr io.Writer
	bar    *progress
	node   int // its process
	sent   int // samples of the runs that are over, of all models
	all    int // that all runs will have sent
}

// publishedModel is what the published table is called among the models.
const publishedModel = "resnet50"

// newEvalFlexibility makes the command that compares the policies.
func newEvalFlexibility() *cobra.Command {
	var f flexibility
	cmd := &cobra.Command{
		Use:   "flexibility [CONFIG]",
		Short: "Compare the exit policies: energy at a target accuracy",
		Long: `Flexibility asks what it costs to be right often enough. For each model and each of
several accuracies it has the model's tenant minimize energy where accuracy is at
least that, under the policies pareto (a threshold per exit) and per-workload (one
exit for all requests), and once under full (always the last exit). Each time it
sends every sample of a labelled folder, as many at a time as there are slots,
through a real node that serves CONFIG (default examples/edge.hcl), and tells what
came of it:

  accuracy     how many percent of the answers had the sample's label, and half
               of the interval at 95 % confidence that so many leave (Wilson's)
  energy       the mean of what the answers say that they took
  less         how many percent that is below full
  response     the mean response time at the node
  exits        how many percent of the answers came from exit 1, 2, ...
  promised     the accuracy that the profile predicts, and what it is certain of
  off by       the largest difference between an exit's part of the answers and
               what the profile predicts, in points; of those that no deadline
               cut short, and not on a machine that had something else to do

A line marked "unmet" is of a target that no point of the policy is certain to
reach; the nearest one is run. The oracle knows the labels: it stops at the first
exit that is right. It is computed from the profile's outcomes, not run, and so is
marked "computed".

The samples are those in the folder test beside the model, or --samples. A profile
promises what holds for samples like those that it was made with; the more samples,
the less chance is in the figures: examples/*/samples.py make thousands. Where names
of samples are also in the profile's outcomes, the table says how many: of samples
that thresholds were chosen by, figures are better than of others.

resnet50 is the published table of a network that is not here. What its exits would
say is simulated: a seeded model of how hard a sample is gives outcomes whose
accuracies are the published ones, and everything about it is marked "simulated".
Its points are chosen on one draw of samples and counted on another. The table is in
resnet50-published/profile.json beside CONFIG, or where --published says.

-o writes flexibility.txt, flexibility.json and a picture of each model, MODEL.svg,
into a folder. An interrupt ends the experiment; then nothing is written.`,
		Example: `  delen eval flexibility
  delen eval flexibility --models glyphs --targets 0.85,0.9 --samples glyphs=more
  delen eval flexibility -o out/flexibility examples/edge.hcl`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.config = filepath.Join("examples", "edge.hcl")
			if len(args) > 0 {
				f.config = args[0]
			}
			for _, t := range f.targets {
				if !(t > 0 && t < 1) {
					return usageError{fmt.Errorf("--targets: %v is no accuracy between 0 and 1: write 0.9 for 90 percent", t)}
				}
			}
			slices.Sort(f.targets)
			f.stderr = cmd.ErrOrStderr()
			f.bar = newProgress(f.stderr)
			return f.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringSliceVar(&f.models, "models", nil, "the models (default those of CONFIG, and resnet50)")
	cmd.Flags().StringToStringVar(&f.samples, "samples", nil, "other `MODEL=FOLDER`s of labelled samples")
	cmd.Flags().StringVar(&f.published, "published", "", "the published `profile` that resnet50 is simulated by")
	cmd.Flags().Float64SliceVar(&f.targets, "targets", nil, "the accuracies to reach (default five)")
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "the `folder` to write table, JSON and pictures to")
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON instead of the table")
	for _, list := range []string{"samples", "targets"} {
		cmd.Flags().Lookup(list).DefValue = "" // the help would say []
	}
	return cmd
}

// run does the experiment and reports it.
func (f *flexibility) run(ctx context.Context, stdout io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP) // the node does not get the terminal's signals
	defer stop()
	c, diags := config.Load(f.config)
	if err := config.Report(f.stderr, c.Files, diags, colorful(f.stderr)); err != nil {
		return err
	}
	if diags.HasErrors() {
		return failed(f.config, diags)
	}
	f.lanes = c.Scheduler.Slots
	subjects, err := f.subjects(c)
	if err != nil {
		return err
	}
	output, err := makeOutputFolder(f.output)
	if err != nil {
		return err
	}
	defer output.removeEmpty()
	report := &flexibilityReport{Config: f.config}
	report.Models, err = f.measureAll(ctx, subjects)
	f.bar.clear()
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: nothing is written", errInterrupted)
		}
		return err
	}
	if f.output != "" {
		if err := report.write(f.output); err != nil {
			return err
		}
	}
	if f.json {
		return printJSON(stdout, report)
	}
	return report.print(stdout)
}

// say tells how far the experiment is, in a line that stays.
func (f *flexibility) say(format string, args ...any) {
	f.bar.clear()
	fmt.Fprintf(f.stderr, format+"\n", args...)
}

// evalSubject is a model of the experiment: a tenant that is served with it, or the published table.
type evalSubject struct {
	name    string
	tenant  *config.Tenant // nil: it is simulated
	folder  string         // of its samples
	samples []sample
	known   int // of the samples, those whose names are in the profile's outcomes
	profile *profile.Profile
	from    string // the profile's path
}

// subjects finds what the experiment is about, and everything that it needs, before anything is started.
func (f *flexibility) subjects(c *config.Config) ([]*evalSubject, error) {
	names := f.models
	for _, t := range c.Tenants {
		if f.models == nil && !slices.Contains(names, t.Model.Name) {
			names = append(names, t.Model.Name)
		}
	}
	published := cmp.Or(f.published, filepath.Join(filepath.Dir(f.config), "resnet50-published", "profile.json"))
	if f.models == nil {
		if _, err := os.Stat(published); err == nil || f.published != "" {
			names = append(names, publishedModel)
		}
	}
	for name := range f.samples {
		if !slices.Contains(names, name) || name == publishedModel {
			return nil, usageError{fmt.Errorf("--samples %s=...: the models that are run are %s", name, strings.Join(names, ", "))}
		}
	}
	var all []*evalSubject
	for _, name := range names {
		var s *evalSubject
		var err error
		if name == publishedModel && c.Model(name) == nil {
			s, err = publishedSubject(published)
		} else {
			s, err = f.servedSubject(c, name)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func publishedSubject(path string) (*evalSubject, error) {
	p, err := profile.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; %s is simulated by a published profile: name one with --published, or other --models", err, publishedModel)
	}
	if err != nil {
		return nil, err
	}
	return &evalSubject{name: publishedModel, profile: p, from: path}, nil
}

func (f *flexibility) servedSubject(c *config.Config, name string) (*evalSubject, error) {
	for _, t := range c.Tenants {
		if t.Model.Name != name {
			continue
		}
		if t.Model.Profile == nil || t.Model.Profile.Outcomes == "" {
			return nil, fmt.Errorf("model %s has no profile with outcomes, by which points are chosen: delen profile --samples writes one", name)
		}
		s := &evalSubject{name: name, tenant: t, profile: t.Model.Profile, folder: f.samples[name]}
		s.folder = cmp.Or(s.folder, filepath.Join(filepath.Dir(t.Model.Files[0]), "test"))
		var err error
		if s.samples, err = readLabels(s.folder); err != nil {
			return nil, err
		}
		s.known, err = s.inProfile()
		return s, err
	}
	return nil, fmt.Errorf("no tenant of %s has a model %q; there are %s", f.config, name, strings.Join(modelsOf(c), ", "))
}

// modelsOf are the names of the models that tenants have, and of the published one.
func modelsOf(c *config.Config) []string {
	var names []string
	for _, t := range c.Tenants {
		if !slices.Contains(names, t.Model.Name) {
			names = append(names, t.Model.Name)
		}
	}
	return append(names, publishedModel)
}

// inProfile counts the samples whose names are in the profile's outcomes.
func (s *evalSubject) inProfile() (int, error) {
	outcomes, _, err := profile.ReadOutcomes(s.tenant.Model.Outcomes)
	if err != nil {
		return 0, err
	}
	names := make(map[string]bool)
	for i := range outcomes {
		names[outcomes[i].Sample] = true
	}
	known := 0
	for _, sample := range s.samples {
		if name, err := filepath.Rel(s.folder, sample.path); err == nil && names[filepath.ToSlash(name)] {
			known++
		}
	}
	return known, nil
}

// measureAll runs one model after the other, those that are served on one node.
func (f *flexibility) measureAll(ctx context.Context, subjects []*evalSubject) (all []*flexibilityModel, err error) {
	f.all = f.requests(subjects)
	var node *ownNode
	defer func() {
		if node != nil {
			err = node.stop(err)
		}
	}()
	for _, s := range subjects {
		targets := f.targetsOf(s)
		var m *flexibilityModel
		if s.tenant == nil {
			m, err = simulateModel(s, targets)
		} else {
			if node == nil {
				f.say("starting a node with %s", f.config)
				if node, err = startOwnNode(ctx, f.config); err != nil {
					return nil, err
				}
			}
			m, err = f.measureModel(ctx, node, s, targets)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// targetsOf are the accuracies that a model is to reach.
func (f *flexibility) targetsOf(s *evalSubject) []float64 {
	if f.targets != nil {
		return f.targets
	}
	return usualTargets(s.profile)
}

// requests counts those of all runs: full has one, and each target one under each of two policies. What is simulated sends none.
func (f *flexibility) requests(subjects []*evalSubject) int {
	all := 0
	for _, s := range subjects {
		if s.tenant != nil {
			all += len(s.samples) * (1 + 2*len(f.targetsOf(s)))
		}
	}
	return all
}

// part is how much of the whole experiment is done, with so many samples of the run that goes on.
func (f *flexibility) part(done int) float64 { return float64(f.sent+done) / float64(f.all) }

// usualTargets are five accuracies between the first and the best exit's, in whole percent.
func usualTargets(p *profile.Profile) []float64 {
	accuracies, ok := p.Every(func(e *profile.Exit) *float64 { return e.Accuracy })
	if !ok {
		return nil
	}
	first, best := accuracies[0], slices.Max(accuracies)
	var targets []float64
	for _, part := range []float64{.2, .4, .6, .8, .95} {
		t := float64(int(100*(first+part*(best-first)))) / 100
		if t > 0 && !slices.Contains(targets, t) {
			targets = append(targets, t)
		}
	}
	return targets
}
