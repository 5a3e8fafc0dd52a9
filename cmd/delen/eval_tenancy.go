package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/scheduler"
)

// tenancy is the command line of eval tenancy, and what all of its plays have in common.
type tenancy struct {
	examples string
	scenes   []string
	policies []string
	folders  map[string]string // of samples, by model
	phase    time.Duration
	seed     uint64
	output   string
	json     bool

	stderr         io.Writer
	bar            *progress
	folder         string // of the configurations that nodes serve
	nodeCores      []int
	generatorCores []int
	samples        map[string][]sample      // by model
	capacity       map[string]float64       // requests a second to the last exit that the machine can do, by model
	played         time.Duration            // of the plays that are over
	unit           map[string]time.Duration // that a request to the last exit takes, by model
}

// newEvalTenancy makes the command that compares the policies of tenants that share a machine.
func newEvalTenancy() *cobra.Command {
	t := tenancy{capacity: map[string]float64{}, unit: map[string]time.Duration{}, samples: map[string][]sample{}}
	cmd := &cobra.Command{
		Use:   "tenancy [EXAMPLES]",
		Short: "Compare the policies of tenants that share a machine",
		Long: `Tenancy asks what tenants get when they share a machine, under each policy of the
scheduler block: cooperative, non-cooperative, and first-come, the baseline. Two
tenants (one reads characters, one hears keywords) and then four (two of each) go
through the same phases, each time on a real node of its own:

  normal    every tenant asks for less than its share
  burst     the camera asks for nine times its share
  shares    the burst goes on, and the shares are changed while the node runs
  silence   those who hear have nothing to ask; what is theirs can be lent
  leaving   a tenant is taken out of the configuration
  back      shares, tenants and load are as in the beginning

The command first measures how many requests a second of each model the machine
answers when all of them run to their last exit. Loads, deadlines and bounds on
response times are multiples of that, so that the experiment asks the same of any
machine. Requests come at random times (a Poisson process), and do not wait for
answers. Times and samples are the same for every policy, and follow from --seed.
Half a phase of normal load comes before the first and does not count: a node that
has just started is finding its operating points.

In the tables:

  load    what is asked for, as a part of what the machine can do at the last exit
  sent    requests a second
  right   how many percent of the answers had the sample's label
  p95     the 95th percentile of the answers' response times at the node
  missed  how many percent of the requests had no answer in time: they were refused,
          dropped, removed with their tenant, or past their deadline
  useful  how many percent of the requests had a right answer in time
  exit    the exit that answered, in the mean
  busy    how many percent of the slots' time segments ran for the tenant
  own     how many percent are guaranteed to it

The last lines, "by share", are the mean of what was useful by what is guaranteed,
and what all tenants were busy.

The node has all cores but the last, with a slot for each, and the last core is the
apps'; a machine with one core has to be shared.

EXAMPLES (default examples) is a folder with the models glyphs and speech, each with
profile.json, outcomes.csv and labels.txt, and labelled samples in test, or where
--samples says.

-o writes tenancy.txt, tenancy.json and pictures into a folder: the busy time of all
tenants under each policy, SCENE-POLICY.svg, and the 95th percentile of each tenant
under all of them, SCENE-TENANT-p95.svg. An interrupt ends the experiment; then
nothing is written. The exit status is 1 when a request failed or had no end.

With --json there is one object: machine, slots, node_cores, app_cores, phase_s,
window_s, seed, capacity_per_s, scenes and faults. A scene has tenants, phases (load
and guarantee, for each tenant) and runs, one for each policy, with changes_s (the
time until a phase's shares were in force), sent_late_p99_s (how late requests were
sent), phases, windows and whole: what came of each tenant's requests that were due
in a time, and useful_by_share, the mean of what was useful by what is guaranteed.
What is not known is null.`,
		Example: `  delen eval tenancy
  delen eval tenancy --scenes two --policies cooperative,first-come --phase 2s
  delen eval tenancy -o out/tenancy --phase 10s`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t.examples = "examples"
			if len(args) > 0 {
				t.examples = args[0]
			}
			if err := t.understand(); err != nil {
				return usageError{err}
			}
			t.stderr = cmd.ErrOrStderr()
			t.bar = newProgress(t.stderr)
			return t.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	t.flags(cmd)
	return cmd
}

func (t *tenancy) flags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&t.scenes, "scenes", sceneNames(), "how many tenants")
	cmd.Flags().StringSliceVar(&t.policies, "policies", policyNames(), "the policies")
	cmd.Flags().StringToStringVar(&t.folders, "samples", nil, "other `MODEL=FOLDER`s of labelled samples")
	cmd.Flags().DurationVar(&t.phase, "phase", 7*time.Second, "how long a phase lasts, 100ms to 10m")
	cmd.Flags().Uint64Var(&t.seed, "seed", 1, "what chance begins with")
	cmd.Flags().StringVarP(&t.output, "output", "o", "", "the `folder` to write tables, JSON and pictures to")
	cmd.Flags().BoolVar(&t.json, "json", false, "print JSON instead of the tables")
	cmd.Flags().Lookup("samples").DefValue = "" // the help would say []
}

func sceneNames() []string {
	var names []string
	for i := range scenes {
		names = append(names, scenes[i].name)
	}
	return names
}

func policyNames() []string {
	var names []string
	for _, p := range tenancyPolicies {
		names = append(names, string(p))
	}
	return names
}

// understand says what is wrong with the command line, if anything.
func (t *tenancy) understand() error {
	if t.phase < 100*time.Millisecond || t.phase > 10*time.Minute {
		return fmt.Errorf("--phase %s: a phase lasts from 100ms to 10m", t.phase)
	}
	for _, flag := range []struct {
		name       string
		given, all []string
	}{{"scenes", t.scenes, sceneNames()}, {"policies", t.policies, policyNames()}} {
		if len(flag.given) == 0 {
			return fmt.Errorf("--%s names none; there are %s", flag.name, strings.Join(flag.all, ", "))
		}
		for _, name := range flag.given {
			if !slices.Contains(flag.all, name) {
				return fmt.Errorf("--%s: there is no %q; there are %s", flag.name, name, strings.Join(flag.all, ", "))
			}
		}
	}
	for name := range t.folders {
		if !slices.Contains(t.models(), name) {
			return fmt.Errorf("--samples %s=...: the models that are run are %s", name, strings.Join(t.models(), ", "))
		}
	}
	return nil
}

// models are the names of those that the scenes have.
func (t *tenancy) models() []string { return []string{"glyphs", "speech"} }

// window is the time that a point of the pictures is about.
func (t *tenancy) window() time.Duration { return min(time.Second, t.phase/10) }

// lead is how long the normal load comes before anything counts.
func (t *tenancy) lead() time.Duration { return t.phase / 2 }

// run does the experiment and reports it.
func (t *tenancy) run(ctx context.Context, stdout io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP) // the nodes do not get the terminal's signals
	defer stop()
	if err := t.find(); err != nil {
		return err
	}
	output, err := makeOutputFolder(t.output)
	if err != nil {
		return err
	}
	defer output.removeEmpty()
	folder, err := os.MkdirTemp("", "delen-tenancy-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	t.folder = folder
	report, err := t.playAll(ctx)
	t.bar.clear()
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w: nothing is written", errInterrupted)
		}
		return err
	}
	return t.tell(stdout, report)
}

// tell prints and writes the report. What must not have happened is an error.
func (t *tenancy) tell(stdout io.Writer, report *tenancyReport) error {
	if t.output != "" {
		if err := report.write(t.output); err != nil {
			return err
		}
	}
	var err error
	if t.json {
		err = printJSON(stdout, report)
	} else {
		err = report.print(stdout)
	}
	if err == nil && len(report.Faults) > 0 {
		return errors.New(report.Faults[0])
	}
	return err
}

// find lists the samples, and the cores of both sides.
func (t *tenancy) find() (err error) {
	if t.examples, err = filepath.Abs(t.examples); err != nil {
		return err
	}
	for _, m := range t.models() {
		folder := cmp.Or(t.folders[m], filepath.Join(t.examples, m, "test"))
		if t.samples[m], err = readLabels(folder); err != nil {
			return err
		}
	}
	cores, err := ownCores()
	if err != nil {
		return err
	}
	t.nodeCores, t.generatorCores = cores, cores
	if last := len(cores) - 1; last > 0 {
		t.nodeCores, t.generatorCores = cores[:last], cores[last:]
	}
	return nil
}

// serve starts a node on its cores.
func (t *tenancy) serve(ctx context.Context, path string) (*ownNode, error) {
	if err := keepTo(t.nodeCores); err != nil { // a process is born where its parent is
		return nil, err
	}
	node, err := startOwnNode(ctx, path)
	if err == nil {
		if err = keepTo(t.generatorCores); err != nil {
			err = node.stop(err)
		}
	}
	return node, err
}

// playAll measures the machine and plays every scene under every policy.
func (t *tenancy) playAll(ctx context.Context) (*tenancyReport, error) {
	t.say("the node has %s, the apps %s", listed(t.nodeCores), listed(t.generatorCores))
	if err := t.saturate(ctx); err != nil {
		return nil, err
	}
	report := t.newReport()
	for i := range scenes {
		s := &scenes[i]
		if !slices.Contains(t.scenes, s.name) {
			continue
		}
		of := t.newScene(s)
		report.Scenes = append(report.Scenes, of)
		for _, policy := range tenancyPolicies {
			if !slices.Contains(t.policies, string(policy)) {
				continue
			}
			run, err := t.play(ctx, s, policy)
			if err != nil {
				return nil, fmt.Errorf("%s tenants, %s: %w", s.name, policy, err)
			}
			t.played += t.playLength(s)
			of.Runs = append(of.Runs, run)
			report.Faults = append(report.Faults, run.faults...)
			t.say("%s tenants, %s: %s", s.name, policy, plural(run.sent(), "request"))
		}
	}
	return report, nil
}

// playLength is how long a play of a scene lasts.
func (t *tenancy) playLength(s *scene) time.Duration {
	return t.lead() + time.Duration(len(s.phases))*t.phase
}

// part is how much of the whole experiment is done, so far into the play that goes on.
func (t *tenancy) part(into time.Duration) float64 {
	all := time.Duration(0)
	for i := range scenes {
		if slices.Contains(t.scenes, scenes[i].name) {
			all += time.Duration(len(t.policies)) * t.playLength(&scenes[i])
		}
	}
	return (t.played + into).Seconds() / all.Seconds()
}

// play plays a scene under a policy.
func (t *tenancy) play(ctx context.Context, s *scene, policy scheduler.Policy) (*tenancyRun, error) {
	p := &play{tenancy: t, scene: s, policy: policy, path: filepath.Join(t.folder, fmt.Sprintf("%s-%s.hcl", s.name, policy))}
	if err := p.perform(ctx); err != nil {
		return nil, err
	}
	return p.result(), nil
}

// say tells how far the experiment is, in a line that stays.
func (t *tenancy) say(format string, args ...any) {
	t.bar.clear()
	fmt.Fprintf(t.stderr, format+"\n", args...)
}
