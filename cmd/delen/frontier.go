package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// predicting is the command line of frontier.
type predicting struct {
	maximize, minimize, where string
	certify                   string
	confidence                float64
	json                      bool
	plot                      string
}

// newFrontier makes the command that shows what a profile predicts.
func newFrontier() *cobra.Command {
	var f predicting
	cmd := &cobra.Command{
		Use:   "frontier PROFILE",
		Short: "Show the operating points of a profile, and which one an objective leads to",
		Long: `Frontier shows what a model can be made to do on the machine of a profile: how
accurate it is for how much energy or time.

An operating point is a threshold of confidence for each exit but the last. A
request stops at the first exit that is as confident as its threshold, or else at
the last. Each point brings an accuracy, times, an energy and FLOPs; they are
predicted from the labelled samples in the profile's outcomes. The frontier is the
points worth choosing from: each is the cheapest that was found of those as
accurate, or of those that also keep a bound on response time or on another cost.
Accuracies are printed from other samples, on which some look worse than cheaper
points.

PROFILE is a profile.json that names its outcomes, as delen profile writes it with
--samples or --outcomes. Nothing is run.

An objective is --minimize energy, response_time or flops, or --maximize accuracy,
and with --where bounds on the others. A bound on response_time is on its 95th
percentile, any other on the mean. The chosen point is the best that keeps them;
when there is none, it is the nearest, and the bounds that it misses are listed.
Without a goal, energy is minimised where the profile has it, or else response_time.
What is predicted is for a machine that has nothing else to do. A node adds to
response times what it measures, and begins with one segment of another tenant in
the way: so where they are bounded or minimized it may choose another point.

  accuracy   the estimate, from the second and third parts of the samples: points
             are found on the first. It is no less than the next column
  at least   what is certain of this point alone, at --confidence, from the second
             part alone; of a point that is picked among many the last line tells
  p95        of all requests together, as many from each exit as stop there
  stop at    how many of a hundred requests stop at each exit
  thresholds those of the exits; 0 always stops, never never does

The table has a dozen of the points, --json all. In the rows below, full always goes
to the last exit; pW is the best single exit, marked unmet where it breaks a bound;
and the oracle knows the labels and stops at the first exit that is right: no rule
can do better, and none does as well.

A bound on accuracy is kept where that is certain. What keeps the other bounds is
tested in turn: the most accurate single exit, then points from the most accurate
to the cheap, until one fails. With --certify off it is kept where the estimate
from all samples says so, which is too good by as much as luck went into the choice.

With --json the result is one JSON object: points, all of them; chosen, or null
without a goal and bounds; policies with full, per_workload and oracle; exits, each
for all requests; objective, axis, samples, confidence (null with --certify off),
certifiable, gap, unmet and warnings. Each point has thresholds (null never stops),
accuracy, accuracy_low, response_mean_s, response_p95_s, energy_j, flops,
exit_share; a figure that is not known is null. Times are in seconds, energies in
joules.`,
		Example: `  delen frontier profile.json
  delen frontier profile.json --minimize energy --where 'accuracy >= 0.93'
  delen frontier profile.json --maximize accuracy --where 'energy <= 6*mJ'
  delen frontier profile.json --plot frontier.svg`,
		Args: argument("PROFILE", "a profile.json, as delen profile writes it"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return untilInterrupted(cmd.Context(), func() error { return f.run(args[0], cmd.OutOrStdout(), cmd.ErrOrStderr()) })
		},
	}
	cmd.Flags().StringVar(&f.minimize, "minimize", "", "a `metric` to have little of: energy, response_time, flops")
	cmd.Flags().StringVar(&f.maximize, "maximize", "", "the `metric` to have much of: accuracy")
	cmd.Flags().StringVar(&f.where, "where", "", "`bounds` to keep, such as 'accuracy >= 0.9'")
	cmd.Flags().StringVar(&f.certify, "certify", "on", "promises are certain (on) or likely (off)")
	cmd.Flags().Float64Var(&f.confidence, "confidence", 0.95, "how probably a promise of accuracy is kept")
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON")
	cmd.Flags().StringVar(&f.plot, "plot", "", "draw accuracy against cost into a `file` that ends in .svg")
	return cmd
}

// prediction is a frontier and what an objective chooses from it.
type prediction struct {
	profile  *profile.Profile
	evidence *profile.Evidence
	*profile.Frontier
	certainty profile.Certainty
	asked     bool // somebody has stated a goal, or bounds
	chosen    profile.Choice
	single    profile.Choice // pW
}

func (f *predicting) run(path string, stdout, stderr io.Writer) error {
	certainty, err := f.certainty()
	if err = errors.Join(err, isProfile(path), isDrawing(f.plot)); err != nil {
		return usageError{err}
	}
	p, err := profile.Read(path)
	if err != nil {
		return err
	}
	evidence, err := readEvidence(path, p)
	if err != nil {
		return err
	}
	o, err := f.objective(evidence.Knows())
	if err != nil {
		return err
	}
	idle := profile.Load{Pace: 1}
	frontier := evidence.Frontier(o, certainty)
	r := &prediction{
		profile: p, evidence: evidence, Frontier: frontier, certainty: certainty,
		asked:  f.maximize+f.minimize+f.where != "",
		chosen: frontier.Choose(profile.Pareto, o, idle), single: frontier.Choose(profile.PerWorkload, o, idle),
	}
	if f.plot != "" {
		if err := r.plot(f.plot); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "drawn into %s\n", f.plot)
	}
	if f.json {
		return printJSON(stdout, r.forJSON())
	}
	for _, w := range evidence.Warnings() {
		fmt.Fprintf(stderr, "delen: warning: %s\n", w)
	}
	return r.print(stdout)
}

// isProfile tells what is expected from who names another file of ours.
func isProfile(path string) error {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".hcl":
		return fmt.Errorf("%s is a configuration, and a profile.json is expected: name one of its models' profiles, or let delen check tell what its objectives lead to", path)
	case ".onnx":
		return fmt.Errorf("%s is a model, and a profile.json is expected: delen profile measures the model and writes one", path)
	case ".csv":
		return fmt.Errorf("%s may be outcomes, and a profile.json is expected: name the one that they belong to", path)
	}
	return nil
}

// isDrawing keeps a drawing from the place of another file. There may be none.
func isDrawing(path string) error {
	if path != "" && strings.ToLower(filepath.Ext(path)) != ".svg" {
		return fmt.Errorf("--plot %s: what is drawn is an SVG: write a name that ends in .svg", path)
	}
	return nil
}

func (f *predicting) certainty() (profile.Certainty, error) {
	if !(f.confidence >= 0.5 && f.confidence <= 0.9999) {
		return profile.Certainty{}, fmt.Errorf("--confidence %v: write a probability from 0.5 to 0.9999, such as 0.95", f.confidence)
	}
	switch f.certify {
	case "on", "off":
		return profile.Certainty{Off: f.certify == "off", Confidence: f.confidence}, nil
	}
	return profile.Certainty{}, fmt.Errorf("--certify %q: write on or off", f.certify)
}

// readEvidence reads the outcomes that a profile names.
func readEvidence(path string, p *profile.Profile) (*profile.Evidence, error) {
	if p.Outcomes == "" {
		return nil, fmt.Errorf("%s names no outcomes, from which points are found: run delen profile with --samples, or with --outcomes", path)
	}
	evidence, _, err := profile.ReadEvidence(path, p)
	return evidence, err
}

// objective is what the command line says, or something to look at the points by.
func (f *predicting) objective(known criteria.Set) (*criteria.Objective, error) {
	minimize := f.minimize
	if minimize == "" && f.maximize == "" {
		for _, m := range []criteria.Metric{criteria.FLOPs, criteria.ResponseTime, criteria.Energy} {
			if known.Has(m) {
				minimize = m.String()
			}
		}
		if minimize == "" {
			return nil, errors.New("the profile has neither response times nor energies nor FLOPs of all exits: there is nothing to trade accuracy against")
		}
	}
	if err := f.turned(); err != nil {
		return nil, usageError{err}
	}
	o, diags := criteria.ParseObjective(f.maximize, minimize, f.where, known)
	if diags.HasErrors() {
		return nil, usageError{errors.New(criteria.ExplainObjective(f.maximize, minimize, f.where, diags))}
	}
	return o, nil
}

// turned reports a metric that stands at the other of the two flags. The language would answer in its own words, not in flags.
func (f *predicting) turned() error {
	if f.minimize == criteria.Accuracy.String() {
		return errors.New("--minimize accuracy: less accuracy is not better; write --maximize accuracy")
	}
	if m, ok := criteria.MetricNamed(f.maximize); ok && m != criteria.Accuracy && criteria.Objectives().Has(m) {
		return fmt.Errorf("--maximize %s: more of it is not better; write --minimize %s", m, m)
	}
	return nil
}

// plot draws the frontier into a file.
func (r *prediction) plot(path string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return r.chart().WriteSVG(f)
}
