package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// policyOptions is the command line of policy.
type policyOptions struct {
	administrator
	fairness string
	budget   string
}

// newPolicy makes the command that shows and changes how a running node gives its slots away.
func newPolicy() *cobra.Command {
	var f policyOptions
	cmd := &cobra.Command{
		Use:   "policy [NAME] [--fairness time|energy|NUMBER] [--budget W|none]",
		Short: "Show or change how a running node gives its slots away",
		Long: `Policy shows who may have a slot of a running node that is free, what shares are
parts of and what the plan may spend, or changes that: from the next segment on, the
budget from the next plan on. What is not given stays as it is.

NAME is what scheduler.policy is in the configuration:

  cooperative       what a tenant does not use is lent to the others, and taken back
                    at the end of a segment
  non-cooperative   every tenant is held to its share
  first-come        requests are served in their order, whoever sends them

--fairness says what shares are parts of: time, energy, or a mixture of both as a
number from 0 (energy) to 1 (time). --budget says how many watts beyond those of the
idle machine the plan may spend on all tenants together, by the models' profiles.

To show takes no token, to change does. With --json the result is a JSON object with
policy, fairness, a number, and budget_w, null for none.` + aboutToken,
		Example: `  delen policy
  delen policy non-cooperative --token-file admin.token
  delen policy --fairness 0.7 --token-file admin.token
  delen policy --budget 2.5 --token-file admin.token`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("one NAME is expected, but there are %d arguments: %q", len(args), args)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && !cmd.Flags().Changed("fairness") && !cmd.Flags().Changed("budget") {
				return f.show(cmd.Context(), cmd.OutOrStdout())
			}
			for _, name := range []string{"fairness", "budget"} { // from a variable of the shell that is not set
				if flag := cmd.Flag(name); flag.Changed && flag.Value.String() == "" {
					return usageError{fmt.Errorf("--%s is empty", name)}
				}
			}
			rules, err := f.rules(args)
			if err != nil {
				return usageError{err}
			}
			return f.order(cmd.Context(), func(ctx context.Context, a *client.Admin) error {
				now, err := a.SetRules(ctx, rules)
				if err != nil {
					return err
				}
				return f.print(cmd.OutOrStdout(), now)
			})
		},
	}
	f.flags(cmd)
	cmd.Flags().StringVar(&f.fairness, "fairness", "", "what shares are parts of: time, energy, or a number from 0 (energy) to 1 (time)")
	cmd.Flags().StringVar(&f.budget, "budget", "", "what the plan may spend beyond idle: `W`atts, or none for as many as it likes")
	return cmd
}

// rules are what the command line asks for.
func (f *policyOptions) rules(args []string) (client.Rules, error) {
	var r client.Rules
	if len(args) > 0 {
		if r.Policy = args[0]; r.Policy == "" {
			return r, errors.New("NAME is empty: write cooperative, non-cooperative or first-come")
		}
	}
	switch f.fairness {
	case "":
	case "time":
		r.Fairness = new(1.0)
	case "energy":
		r.Fairness = new(0.0)
	default:
		x, err := strconv.ParseFloat(f.fairness, 64)
		if err != nil || !(x >= 0 && x <= 1) {
			return r, fmt.Errorf("--fairness %s: write time, energy, or a number from 0 to 1", f.fairness)
		}
		r.Fairness = &x
	}
	switch f.budget {
	case "":
	case "none":
		r.Budget = new(0.0)
	default:
		x, err := strconv.ParseFloat(f.budget, 64)
		if err != nil || !(x > 0) {
			return r, fmt.Errorf("--budget %s: write watts, more than 0, or none", f.budget)
		}
		r.Budget = &x
	}
	return r, nil
}

func (f *policyOptions) show(ctx context.Context, stdout io.Writer) error {
	d, err := f.describe(ctx)
	if err != nil {
		return err
	}
	return f.print(stdout, d.GetRules())
}

func (f *policyOptions) print(stdout io.Writer, r *wire.Rules) error {
	if f.json {
		return printJSONLine(stdout, newPolicyLine(r))
	}
	_, err := fmt.Fprintln(stdout, policySentence(r))
	return err
}

// policyLine is a policy as JSON.
type policyLine struct {
	Policy   string   `json:"policy"`
	Fairness float64  `json:"fairness"`
	Budget   *float64 `json:"budget_w"`
}

func newPolicyLine(r *wire.Rules) policyLine {
	l := policyLine{Policy: r.GetPolicy(), Fairness: r.GetFairness()}
	if w := r.GetBudget(); w > 0 {
		l.Budget = &w
	}
	return l
}

// policySentence says how slots are given away, and within which budget.
func policySentence(r *wire.Rules) string {
	watts := ""
	if w := r.GetBudget(); w > 0 {
		watts = wattsWords(w)
	}
	return "policy " + policyWords(r.GetPolicy(), fairnessWords(r.GetFairness()), watts)
}

// policyWords are a policy, what shares are parts of, and the budget, "" for none.
func policyWords(policy, fairness, watts string) string {
	return fmt.Sprintf("%s, shares are parts of %s%s", policy, fairness, optional(", the plan may spend ", watts))
}

// fairnessWords are what shares are parts of.
func fairnessWords(time float64) string {
	switch time {
	case 1:
		return "time"
	case 0:
		return "energy"
	}
	return fmt.Sprintf("a mixture of time (%.4g) and energy (%.4g)", time, 1-time)
}

// wattsWords are a budget.
func wattsWords(w float64) string { return fmt.Sprintf("%.4g W beyond idle", w) }
