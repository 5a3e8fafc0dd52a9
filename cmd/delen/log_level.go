package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/client"
)

// newLogLevel makes the command that changes what a running node logs.
func newLogLevel() *cobra.Command {
	var f administrator
	cmd := &cobra.Command{
		Use:   "log-level debug|info|warn|error",
		Short: "Change from which level on a running node logs",
		Long: `Log-level has a running node log events of a level and above from now on, and no
others. With debug there is a line for every request and every decision of the
scheduler: switch it on to look at something, and off again.

The event log.level.changed says what holds. With --json the result is a JSON object
with level.` + aboutToken,
		Example: `  delen log-level debug --token-file admin.token
  delen log-level info --token-file admin.token`,
		Args: argument("LEVEL", "debug, info, warn or error"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if levels := []string{"debug", "info", "warn", "error"}; !slices.Contains(levels, args[0]) {
				return usageError{fmt.Errorf("there is no level %q: write debug, info, warn or error", args[0])}
			}
			return f.order(cmd.Context(), func(ctx context.Context, a *client.Admin) error {
				if err := a.SetLogLevel(ctx, args[0]); err != nil {
					return err
				}
				if f.json {
					return printJSONLine(cmd.OutOrStdout(), struct {
						Level string `json:"level"`
					}{args[0]})
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "the node logs events of level %s and above\n", args[0])
				return err
			})
		},
	}
	f.flags(cmd)
	return cmd
}
