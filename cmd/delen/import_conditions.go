package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/criteria"
)

// newImportConditions makes the command that turns condition files into criteria.
func newImportConditions() *cobra.Command {
	var exits importedExits
	cmd := &cobra.Command{
		Use:   "conditions FILE...",
		Short: "Turn condition files into criteria",
		Long: `Conditions prints, for each condition file of the original system, the line to put
into a tenant's block.

FILE is a JSON list with one element per exit:

  [{"metric": "response_time", "op": "greater", "threshold": 0.02}, null]

An element that is null, or whose metric or op is, never stops at its exit. Elements
that are all the same become a single criterion. See delen import for the metrics,
the ops and their units.

The last exit always answers, so its element may be left out. Say with --exits or
--model how many exits there are, and a list that is too short or too long is an
error.

accuracy, energy and computation need a profile: delen check says so where it is
missing, and warns of a comparison that comes out the same at every exit.`,
		Example: `  delen import conditions camera.json
  delen import conditions --model model.onnx camera.json robot.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("FILE is missing: name a condition file")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return importConditions(exits, args, cmd.OutOrStdout())
		},
	}
	exits.flags(cmd)
	return cmd
}

// importConditions converts all files before it prints, so that an error comes alone.
func importConditions(exits importedExits, paths []string, stdout io.Writer) error {
	names, _, err := exits.resolve()
	if err != nil {
		return err
	}
	var errs []error
	var all []*criteria.Criterion
	for _, path := range paths {
		c, err := readImported(path, func(file []byte) (*criteria.Criterion, error) {
			return criteria.ImportConditions(file, len(names))
		})
		errs = append(errs, err)
		all = append(all, c)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i, c := range all {
		if len(paths) > 1 {
			fmt.Fprintf(stdout, "# %s\n", paths[i])
		}
		if _, err := fmt.Fprintf(stdout, "exit_when = %s\n", c); err != nil {
			return err
		}
	}
	return nil
}
