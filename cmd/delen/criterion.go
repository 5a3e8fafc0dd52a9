package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/wire"
)

// criterionOptions is the command line of criterion.
type criterionOptions struct {
	connection
	json bool
}

// newCriterion makes the command that shows and changes the criterion of a running tenant.
func newCriterion() *cobra.Command {
	var f criterionOptions
	cmd := &cobra.Command{
		Use:   "criterion TENANT [EXPRESSION]",
		Short: "Show or change a running tenant's criterion",
		Long: `Criterion shows when the requests of a running tenant stop before the last exit, or
changes that.

EXPRESSION is what exit_when is in the configuration, in quotes for the shell. It
holds for the requests that are admitted from then on; null never stops early. What
the node refuses leaves the old one in force. The configuration does not change: the
criterion there is back when the node starts anew, or when it reads a new one there.

A tenant with an objective has the criterion that the node has found for it, and
what is shown changes with the load. To change the criterion of such a tenant ends
its objective; delen objective shows and sets that.

Every criterion of a tenant has a version, counted from 1, and every answer carries
that of the criterion that it was given under.

With --json the result is a JSON object with tenant, criterion and version.`,
		Example: `  delen criterion doorbell
  delen criterion doorbell 'confidence >= 0.8 || response_time > 20*ms'
  delen criterion doorbell null`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return errors.New("TENANT is missing: name the tenant whose criterion it is")
			case len(args) > 2:
				return fmt.Errorf("one EXPRESSION is expected, but there are %d arguments after TENANT: put it into quotes", len(args)-1)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return f.show(cmd.Context(), args[0], cmd.OutOrStdout())
			}
			if args[1] == "" {
				return usageError{errors.New("EXPRESSION is empty: write null for one that never stops early")}
			}
			return f.change(cmd.Context(), args[0], args[1], cmd.OutOrStdout())
		},
	}
	f.flags(cmd)
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON object")
	return cmd
}

func (f *criterionOptions) show(ctx context.Context, name string, stdout io.Writer) error {
	c, tenant, err := f.ask(ctx, name)
	if err != nil {
		return err
	}
	defer c.Close()
	return f.print(stdout, tenant)
}

// change sets the criterion and shows what the node says then, which is the canonical form.
func (f *criterionOptions) change(ctx context.Context, name, expression string, stdout io.Writer) error {
	c, err := f.dial(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.SetCriterion(ctx, name, expression); err != nil {
		return err
	}
	tenant, err := c.Tenant(ctx, name)
	if err != nil {
		return err
	}
	return f.print(stdout, tenant)
}

func (f *criterionOptions) print(stdout io.Writer, t *wire.TenantInfo) error {
	if f.json {
		return printJSONLine(stdout, struct {
			Tenant    string `json:"tenant"`
			Criterion string `json:"criterion"`
			Version   uint64 `json:"version"`
		}{t.GetName(), t.GetCriterion(), t.GetCriterionVersion()})
	}
	_, err := fmt.Fprintf(stdout, "%s stops when %s (version %d)\n", t.GetName(), stopsWhen(t.GetCriterion()), t.GetCriterionVersion())
	return err
}

// stopsWhen says what a criterion in canonical form means.
func stopsWhen(criterion string) string {
	if criterion == "" || criterion == "false" {
		return "it has reached the last exit"
	}
	return criterion
}
