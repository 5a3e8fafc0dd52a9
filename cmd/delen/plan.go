package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/scheduler/planner"
)

// planning is the command line of plan.
type planning struct {
	rates  []string
	policy string
	budget float64 // W; 0: the configuration's
	json   bool
}

// newPlan makes the command that plans without running anything.
func newPlan() *cobra.Command {
	var f planning
	cmd := &cobra.Command{
		Use:   "plan CONFIG --rate TENANT=N ...",
		Short: "Say what every tenant would get at given rates, without running anything",
		Long: `Plan says which operating point each tenant of a configuration would get when its
requests come at a given rate, and what that takes of the machine. It makes the
plan that a node makes, from the models' profiles; nothing is started.

--rate gives requests per second: of one tenant, camera=100, or of all that have no
rate of their own, 50. Who has none is planned for as if nobody asked it anything.

A node plans for 80 % of the time of its slots, since queues grow without bound
where all of it is taken, and within a budget of power, if there is one. By itself
a tenant gets the best point, for its objective, that takes no more than its share
of both. That is all with --policy non-cooperative. With cooperative, what some do
not need serves others: the bounds of as few tenants as possible are broken, and
the sum of utilities, weighted by shares, is as large as it can be, with nobody
below what it has alone where that fits its share. A utility is 1 at a tenant's
best point and 0 at its least that keeps its bounds, linear in its own goal. When
the least that all may have takes too much, requests are shed of those that exceed
their share, the last tenant of the configuration first.

The table has a row for each tenant:

  own       its part of the machine that is guaranteed, by its share, a weight
  rate      requests per second that come
  let in    and are let in
  machine   what they take of the slots' time, in percent of all of it
  power     and of power, beyond that of the idle machine
  utility   of the point that it gets
  alone     and of the one that it would have by itself

and below, what both points are predicted to bring when segments take as long as in
the profile and a segment of another tenant may be in the way. A running node adds
what it measures, so that it may choose otherwise. A tenant with a criterion gets
what that leads to; where its model has outcomes, the criterion is followed through
them.

With --json the result is a JSON object: policy, slots, planned (the part of the
slots' time), budget_w, tenants, and of all together busy (slots), machine (a
fraction), power_w, utility, gap (how far the utility may be below the best there
is, as a fraction) and full. A tenant has tenant, guarantee, rate, let_in,
objective, adapt, criterion, options (how many there are), floor (alone fits its
share), alone, chosen and notes. alone and chosen have utility, kept, busy_s,
active_j, response_mean_s and response_p95_s of one request, unmet and point, as in
delen frontier --json, on an idle machine. A figure that is not known is null, and
so is one that comes from the environment.`,
		Example: `  delen plan examples/objectives.hcl --rate camera=100 --rate microphone=20
  delen plan examples/objectives.hcl --rate 400 --policy non-cooperative
  delen plan examples/objectives.hcl --rate 100 --budget 0.5 --json`,
		Args: argument("CONFIG", "the configuration, such as delen.hcl, or its folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd.Flags().Changed("budget")); err != nil {
				return usageError{err}
			}
			return untilInterrupted(cmd.Context(), func() error { return f.run(args[0], cmd.OutOrStdout(), cmd.ErrOrStderr()) })
		},
	}
	cmd.Flags().StringArrayVar(&f.rates, "rate", nil, "requests per second, `TENANT=N`, or N for all others")
	cmd.Flags().StringVar(&f.policy, "policy", "", "cooperative, non-cooperative or first-come, instead of the configuration's")
	cmd.Flags().Float64Var(&f.budget, "budget", 0, "`W` beyond idle that all may take together, instead of the configuration's")
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON object")
	return cmd
}

// check finds what is wrong with the command line, whatever the configuration says.
func (f *planning) check(budgeted bool) error {
	all := policyNames()
	if f.policy != "" && !slices.Contains(all, f.policy) {
		return fmt.Errorf("--policy %s: write one of %s", f.policy, strings.Join(all, ", "))
	}
	if budgeted && !(f.budget > 0) {
		return fmt.Errorf("--budget %v: write watts, more than 0, or leave it out", f.budget)
	}
	return nil
}

func (f *planning) run(path string, stdout, stderr io.Writer) error {
	c, diags := config.Load(path)
	if !diags.HasErrors() {
		diags = append(diags, checkProfiles(c)...)
	}
	if err := reportAbove(stderr, path, c.Files, diags); err != nil {
		return err
	}
	rates, err := f.ratesOf(c)
	if err != nil {
		return usageError{err}
	}
	p := f.plan(c, rates)
	if f.json {
		return printJSON(stdout, p.forJSON())
	}
	return p.print(stdout, path)
}

// ratesOf reads the rates of a configuration's tenants. Who has none is not in it.
func (f *planning) ratesOf(c *config.Config) (map[string]float64, error) {
	rates, others := map[string]float64{}, math.NaN()
	for _, s := range f.rates {
		name, number, named := strings.Cut(s, "=")
		if !named {
			name, number = "", s
		}
		rate, err := strconv.ParseFloat(number, 64)
		if err != nil || !(rate >= 0 && rate <= mostRate) {
			return nil, fmt.Errorf("--rate %s: write requests per second, from 0 to %g, as in camera=100, or just 100 for all tenants", s, mostRate)
		}
		_, twice := rates[name]
		switch {
		case named && c.Tenant(name) == nil:
			return nil, fmt.Errorf("--rate %s: there is no tenant %q; there is %s", s, name, strings.Join(namesOf(c), ", "))
		case twice || !named && !math.IsNaN(others):
			return nil, fmt.Errorf("--rate %s: there is another rate for the same tenant: leave one of them out", s)
		case named:
			rates[name] = rate
		default:
			others = rate
		}
	}
	for _, t := range c.Tenants {
		if _, ok := rates[t.Name]; !ok && !math.IsNaN(others) {
			rates[t.Name] = others
		}
	}
	return rates, nil
}

// mostRate is more than any machine answers.
const mostRate = 1e9

func namesOf(c *config.Config) []string {
	var all []string
	for _, t := range c.Tenants {
		all = append(all, t.Name)
	}
	return all
}

// plan plans for tenants at their rates.
func (f *planning) plan(c *config.Config, rates map[string]float64) *outlook {
	p := &outlook{config: c, policy: c.Scheduler.Policy, budget: c.Scheduler.Budget, given: f.budget > 0}
	if f.policy != "" {
		p.policy = scheduler.Policy(f.policy)
	}
	if p.given {
		p.budget = f.budget
	}
	if p.budget == 0 {
		p.budget = math.Inf(1)
	}
	s := planner.Situation{Policy: p.policy, Slots: c.Scheduler.Slots, Budget: p.budget}
	for _, t := range c.Tenants {
		rate, ok := rates[t.Name]
		w := newWant(c, t, rate)
		if !ok {
			w.notes = append(w.notes, "no --rate is given: it is planned for as if nobody asked it")
		}
		p.wants = append(p.wants, w)
		s.Tenants = append(s.Tenants, planner.DemandOf(t.Name, t.Share, w.demand, 1))
	}
	p.Situation, p.Plan = s, planner.Make(s)
	return p
}
