package main

import "github.com/spf13/cobra"

// newEval makes the command whose commands are experiments.
func newEval() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "eval",
		Short: "Run an experiment and report its figures",
		Long: `Eval runs an experiment on this machine and reports what comes of it: a table, and
in a folder the same as JSON and as pictures. It serves what it needs by itself. The
machine should have nothing else to do meanwhile.`,
		Example: `  delen eval flexibility -o out/flexibility
  delen eval tenancy -o out/tenancy`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	cmd.AddCommand(newEvalFlexibility(), newEvalTenancy())
	return cmd
}
