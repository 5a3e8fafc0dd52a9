package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/client"
)

// newTenantShare makes the command that changes a tenant's share.
func newTenantShare() *cobra.Command {
	var f administrator
	cmd := &cobra.Command{
		Use:   "share NAME SHARE",
		Short: "Change the share of a running tenant",
		Long: `Share gives a tenant of a running node another share, a weight from 0.001 to
1000000: what counts is its part of the sum of all shares. It holds from the next
segment on, for requests that are in the house as well.

With --json the result is a JSON object with tenant, model, share, guarantee (the
part of the machine that is its own), criterion and objective.` + aboutToken,
		Example: `  delen tenant share doorbell 2 --token-file admin.token`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New("a tenant and its new share are expected: name both, such as doorbell 2")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			share, err := strconv.ParseFloat(args[1], 64)
			if err != nil {
				return usageError{fmt.Errorf("SHARE is a number from 0.001 to 1000000, not %q", args[1])}
			}
			return f.order(cmd.Context(), func(ctx context.Context, a *client.Admin) error {
				done, err := a.SetShare(ctx, args[0], share)
				if err != nil {
					return err
				}
				return f.printTenant(cmd.OutOrStdout(), cmd.ErrOrStderr(), done)
			})
		},
	}
	f.flags(cmd)
	return cmd
}
