package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// objectiveOptions is the command line of objective.
type objectiveOptions struct {
	connection
	wanted client.Objective
	given  func(flag string) bool
	json   bool
}

// newObjective makes the command that shows and changes the objective of a running tenant.
func newObjective() *cobra.Command {
	var f objectiveOptions
	cmd := &cobra.Command{
		Use:   "objective TENANT [--maximize M | --minimize M] [--where BOUNDS]",
		Short: "Show or change what a running tenant wants",
		Long: `Objective shows what a running tenant wants, the operating point that the node has
found for it and what that is predicted to bring; or it changes what is wanted.

An objective stands in the place of a criterion: a metric to have as much of as
possible (--maximize accuracy) or as little (--minimize energy, response_time or
flops), and bounds on others (--where), in quotes for the shell. A bound on
response_time is on its 95th percentile, any other on a mean. The node then finds a
confidence for each exit and follows the load with it. --adapt says how:

  pareto        a confidence for each exit, from the frontier of the model's
                profile; the default
  per-workload  one exit for all requests
  full          the last exit for all requests

When the tenant has an objective already, what is not given stays as it is: goal,
bounds and --adapt. --where '' takes the bounds away.

When no operating point keeps all bounds, the node takes the nearest and says
which bounds are unmet. With --unmet refuse it refuses requests while the bound
on accuracy is among them, rather than give answers that are wrong too often;
bounds on costs never refuse. What is no objective leaves the old one in force:
for a model without a profile that has outcomes nothing can be predicted. The
configuration does not change: what stands there is back when the node starts
anew, or when it reads another objective or criterion there. delen criterion
TENANT EXPRESSION ends an objective.

Figures are for the machine as busy as it is. Accuracy is that on samples that the
point was not chosen by; "at least" is what it is with the confidence that promises
are made with.

With --json the result is a JSON object with tenant, objective, adapt, criterion,
version, point and unmet. point has thresholds (null never stops), accuracy,
accuracy_low, response_mean_s, response_p95_s, energy_j, flops and exit_share; it is
null without an objective, and a figure is when it is not known.`,
		Example: `  delen objective doorbell
  delen objective doorbell --maximize accuracy --where 'response_time <= 50*ms'
  delen objective doorbell --where 'response_time <= 30*ms'
  delen objective survey --minimize energy --where 'accuracy >= 0.9' --adapt full`,
		Args: argument("TENANT", "the tenant whose objective it is"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.given = cmd.Flags().Changed
			if !f.given("maximize") && !f.given("minimize") && !f.given("where") && !f.given("adapt") && !f.given("unmet") {
				return f.show(cmd.Context(), args[0], cmd.OutOrStdout())
			}
			if err := f.check(); err != nil {
				return usageError{err}
			}
			return f.change(cmd.Context(), args[0], cmd.OutOrStdout())
		},
	}
	f.flags(cmd)
	cmd.Flags().StringVar(&f.wanted.Maximize, "maximize", "", "what to have much of: accuracy")
	cmd.Flags().StringVar(&f.wanted.Minimize, "minimize", "", "what to have little of: energy, response_time or flops")
	cmd.Flags().StringVar(&f.wanted.Where, "where", "", "bounds that have to hold, joined by &&")
	cmd.Flags().StringVar(&f.wanted.Adapt, "adapt", "", "how the criterion is found: pareto, per-workload or full")
	cmd.Flags().StringVar(&f.wanted.Unmet, "unmet", "", "while a bound on accuracy is not kept: nearest answers, or refuse")
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON object")
	return cmd
}

// check finds what is wrong with what is given, whatever the node knows. What is not given may be in force there.
func (f *objectiveOptions) check() error {
	o := f.wanted
	policies := []string{"", string(profile.Pareto), string(profile.PerWorkload), string(profile.Full)}
	switch {
	case o.Adapt == string(config.AdaptNone):
		return errors.New("--adapt none: an objective has a way to adapt; delen criterion TENANT EXPRESSION ends it, and states a criterion instead")
	case !slices.Contains(policies, o.Adapt):
		return fmt.Errorf("--adapt %s: write one of %s", o.Adapt, strings.Join(policies[1:], ", "))
	case !slices.Contains([]string{"", string(config.NearestUnmet), string(config.RefuseUnmet)}, o.Unmet):
		return fmt.Errorf("--unmet %s: write nearest or refuse", o.Unmet)
	case o.Maximize+o.Minimize == "":
		_, diags := criteria.ParseBounds(o.Where, criteria.Objectives())
		return explainFlags("the objective: ", o, diags)
	}
	_, diags := criteria.ParseObjective(o.Maximize, o.Minimize, o.Where, criteria.Objectives())
	return explainFlags("the objective: ", o, diags)
}

// asFlags says on a command line what a block of a configuration has.
var asFlags = strings.NewReplacer(
	"maximize = ", "--maximize ", "minimize = ", "--minimize ", "maximize or minimize", "--maximize or --minimize", " in where.", " in --where.",
)

// explainFlags tells what is wrong with an objective of a command line, or is nil.
func explainFlags(what string, o client.Objective, diags hcl.Diagnostics) error {
	if !diags.HasErrors() {
		return nil
	}
	var told hcl.Diagnostics
	for _, d := range diags {
		e := *d
		e.Detail = asFlags.Replace(d.Detail)
		told = append(told, &e)
	}
	return errors.New(what + criteria.ExplainObjective(o.Maximize, o.Minimize, o.Where, told))
}

func (f *objectiveOptions) show(ctx context.Context, name string, stdout io.Writer) error {
	c, tenant, err := f.ask(ctx, name)
	if err != nil {
		return err
	}
	defer c.Close()
	return f.print(stdout, tenant)
}

// change sets the objective and shows what the node says then.
func (f *objectiveOptions) change(ctx context.Context, name string, stdout io.Writer) error {
	c, tenant, err := f.ask(ctx, name)
	if err != nil {
		return err
	}
	defer c.Close()
	wanted := f.complete(tenant)
	if wanted.Maximize+wanted.Minimize == "" {
		return usageError{fmt.Errorf("%s has no objective to change: state one with --maximize accuracy, or --minimize energy, response_time or flops", name)}
	}
	if _, err := setObjective(ctx, c, name, wanted); err != nil {
		return err
	}
	if tenant, err = c.Tenant(ctx, name); err != nil {
		return err
	}
	return f.print(stdout, tenant)
}

// complete is what is wanted: what is given, and the rest from the objective that the tenant has.
func (f *objectiveOptions) complete(t *wire.TenantInfo) client.Objective {
	o := f.wanted
	if t.GetObjective() == "" {
		return o
	}
	goal, where, _ := strings.Cut(t.GetObjective(), " where ") // as criteria.Objective writes it
	if !f.given("maximize") && !f.given("minimize") {
		switch way, metric, _ := strings.Cut(goal, " "); way {
		case criteria.MaximizePart:
			o.Maximize = metric
		case criteria.MinimizePart:
			o.Minimize = metric
		}
	}
	if !f.given("where") {
		o.Where = where
	}
	if !f.given("adapt") && !f.given("unmet") {
		o.Adapt = t.GetAdapt()
	}
	return o
}

// parseBounds reads the bounds of single requests.
func parseBounds(where string) ([]*wire.Bound, error) {
	bounds, diags := criteria.ParseBounds(where, criteria.Objectives())
	if diags.HasErrors() {
		return nil, usageError{explainFlags("the bounds: ", client.Objective{Where: where}, diags)}
	}
	var all []*wire.Bound
	for _, b := range bounds {
		if b.Metric == criteria.Accuracy {
			all = append(all, client.AtLeast(b.Metric.String(), b.Min))
		} else {
			all = append(all, client.AtMost(b.Metric.String(), b.Max))
		}
	}
	return all, nil
}
