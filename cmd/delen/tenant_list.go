package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/wire"
)

// tenantListOptions is the command line of tenant list.
type tenantListOptions struct {
	connection
	json bool
}

// newTenantList makes the command that lists tenants.
func newTenantList() *cobra.Command {
	var f tenantListOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the tenants of a running node",
		Long: `List prints a line for each tenant that a running node serves: its model, its
share, which is a weight, the part of the machine that is its own by that
whatever the others do, and what it wants, or when its requests stop. The last
line says how slots are given away.

With --json the result is a JSON object with policy, fairness and tenants, each of
which has tenant, model, share, guarantee, criterion and objective.`,
		Example: `  delen tenant list
  delen tenant list --json --node 192.0.2.7:8090`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.list(cmd.Context(), cmd.OutOrStdout())
		},
	}
	f.flags(cmd)
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON object")
	return cmd
}

func (f *tenantListOptions) list(ctx context.Context, stdout io.Writer) error {
	d, err := f.describe(ctx)
	if err != nil {
		return err
	}
	if f.json {
		all := make([]tenantLine, len(d.GetTenants()))
		for i, t := range d.GetTenants() {
			all[i] = newTenantLine(t)
		}
		return printJSONLine(stdout, struct {
			policyLine
			Tenants []tenantLine `json:"tenants"`
		}{newPolicyLine(d.GetRules()), all})
	}
	t := newTable(stdout)
	t.line("tenant\tmodel\tshare\town\twants")
	for _, each := range d.GetTenants() {
		t.line("%s\t%s\t%g\t%.4g %%\t%s", each.GetName(), each.GetModel(), each.GetWeight(), 100*each.GetShare(), wants(each))
	}
	t.line("")
	t.line("%s", policySentence(d.GetRules()))
	return t.flush()
}

// wants says what a tenant has asked for.
func wants(t *wire.TenantInfo) string {
	if t.GetObjective() != "" {
		return t.GetObjective()
	}
	return "to stop when " + stopsWhen(t.GetCriterion())
}
