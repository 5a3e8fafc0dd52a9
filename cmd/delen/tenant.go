package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/wire"
)

// newTenant makes the command whose commands are about the tenants of a running node.
func newTenant() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tenant",
		Short: "List, add and remove tenants of a running node, and change their shares",
		Long: `Tenant shows who is served by a running node, and changes that without touching what
the others have under way. To list tenants takes nothing; to change them takes the
token of an administrator.

What a tenant wants is changed with delen criterion and delen objective, as its apps
do it, and how slots are given away with delen policy.`,
		Example: `  delen tenant list
  delen tenant add guest.hcl --token-file admin.token
  delen tenant share guest 2 --token-file admin.token
  delen tenant remove guest --token-file admin.token`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	cmd.AddCommand(newTenantList(), newTenantAdd(), newTenantRemove(), newTenantShare())
	return cmd
}

// tenantLine is a tenant as JSON.
type tenantLine struct {
	Tenant    string  `json:"tenant"`
	Model     string  `json:"model"`
	Share     float64 `json:"share"`
	Guarantee float64 `json:"guarantee"`
	Criterion string  `json:"criterion"`
	Objective *string `json:"objective"` // null: none
}

func newTenantLine(t *wire.TenantInfo) tenantLine {
	return tenantLine{t.GetName(), t.GetModel(), t.GetWeight(), t.GetShare(), t.GetCriterion(), orNull(t.GetObjective())}
}

// printTenant tells what an order has made of a tenant. What is hardly meant is told on stderr, and so is what cannot be had.
func (f *administrator) printTenant(stdout, stderr io.Writer, done *wire.Administered) error {
	for _, w := range done.GetWarnings() {
		if _, err := fmt.Fprintf(stderr, "Warning: %s\n", w); err != nil {
			return err
		}
	}
	t := done.GetTenant()
	for _, bound := range t.GetUnmet() {
		if _, err := fmt.Fprintf(stderr, "Warning: objective: cannot be kept: %s\n", bound); err != nil {
			return err
		}
	}
	if f.json {
		return printJSONLine(stdout, newTenantLine(t))
	}
	_, err := fmt.Fprintf(stdout, "%s has share %g, a weight: %.4g %% of the machine is its own\n", t.GetName(), t.GetWeight(), 100*t.GetShare())
	return err
}
