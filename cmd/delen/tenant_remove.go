package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/client"
)

// newTenantRemove makes the command that removes a tenant.
func newTenantRemove() *cobra.Command {
	var f administrator
	cmd := &cobra.Command{
		Use:   "remove NAME",
		Short: "Have a running node serve a tenant no longer",
		Long: `Remove ends a tenant of a running node. From then on nobody is admitted. What waits
ends at once and what runs at its next exit, with the deepest answer there is or,
before the first exit, with CANCELLED. The others have what the tenant had. The last
tenant stays: a node has at least one.

With --json the result is a JSON object with tenant and removed.` + aboutToken,
		Example: `  delen tenant remove guest --token-file admin.token`,
		Args:    argument("NAME", "the tenant to remove"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.order(cmd.Context(), func(ctx context.Context, a *client.Admin) error {
				if err := a.RemoveTenant(ctx, args[0]); err != nil {
					return err
				}
				if f.json {
					return printJSONLine(cmd.OutOrStdout(), struct {
						Tenant  string `json:"tenant"`
						Removed bool   `json:"removed"`
					}{args[0], true})
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s is served no longer\n", args[0])
				return err
			})
		},
	}
	f.flags(cmd)
	return cmd
}
