package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/client"
)

// mostTenantSource is what is read of a file, and more than a node takes.
const mostTenantSource = 128 << 10

// newTenantAdd makes the command that adds a tenant.
func newTenantAdd() *cobra.Command {
	var f administrator
	cmd := &cobra.Command{
		Use:   "add FILE",
		Short: "Have a running node serve one more tenant",
		Long: `Add reads one tenant block, as it would stand in the configuration, from FILE or
from standard input when that is -, and has a running node serve the tenant from
then on. Its model is one that the node has loaded. The node reads the block as it
reads its configuration, and tells what is wrong with it; values are written out,
without variables of the environment.

A share is a weight: that of every other tenant becomes a smaller part of the
machine at once. With an objective the node first looks for operating points,
for a tenth of a second or so.

With --json the result is a JSON object with tenant, model, share, guarantee (the
part of the machine that is its own), criterion and objective.` + aboutToken,
		Example: `  delen tenant add guest.hcl --token-file admin.token
  echo 'tenant "guest" { share = 2 }' | delen tenant add - --token-file admin.token`,
		Args: argument("FILE", "the file with the tenant block, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			source, err := tenantSource(args[0], cmd.InOrStdin())
			if err != nil {
				return err
			}
			return f.order(cmd.Context(), func(ctx context.Context, a *client.Admin) error {
				done, err := a.AddTenant(ctx, source)
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

// tenantSource reads a file, or standard input.
func tenantSource(path string, stdin io.Reader) (string, error) {
	in := stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	src, err := io.ReadAll(io.LimitReader(in, mostTenantSource))
	if err != nil {
		return "", fmt.Errorf("reading the tenant: %w", err)
	}
	return string(src), nil
}
