package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// version is set when a release is built.
var version string

// Exit statuses, the same for every command.
const (
	statusFine    = 0
	statusFailure = 1 // the command was understood, but failed
	statusUsage   = 2 // the command line was not understood
)

// newRoot makes the command with all its subcommands. Each stands in a file of
// its own, with its help.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "delen",
		Short: "Serve multi-exit neural networks to several tenants on one small machine",
		Long: `Dělen serves multi-exit neural networks to several tenants on one small machine.

A multi-exit network has several outputs on its way, and each can serve as the
answer: the first is cheap, the last is usually the best. Dělen cuts the network
at its exits and runs a request one segment at a time. After each it asks: is
this answer good enough, or is the next segment worth its time and energy? Each
tenant says with a criterion what is good enough for it, or with an objective what it
wants, and has a share of the machine that is its own whatever the others do.

The usual path:

  delen check delen.hcl    what a configuration means, or everything that is
                           wrong with it
  delen plan delen.hcl     what every tenant would get at given rates
  delen doctor             what this machine can run models on
  delen serve delen.hcl    serve it
  delen infer ...          send a request, as an app does
  delen criterion ...      show or change when a tenant's requests stop
  delen objective ...      show or change what a tenant wants, and what it gets
  delen watch              show live what every tenant gets
  delen tenant ...         list, add and remove tenants, change their shares

delen demo shows all of it at once, under rising load. delen split shows what a
model is cut into, delen profile what its exits cost on this machine, and delen
frontier how accurate it can be for how much energy or time; none of them needs a
configuration. delen simulate tells what a node would do with hours of requests,
in seconds. delen eval runs experiments, and delen import takes over files of the
original system.

Every command has a manual: delen help COMMAND. The exit status is 0 when all is
well, 1 when the command failed, 2 when the command line is wrong, and 130 when
Ctrl-C or SIGTERM ended the command before it was done. Serve and watch run until
then: it ends them with 0.`,
		Version:       versionOr(version),
		SilenceErrors: true, // run prints them
		SilenceUsage:  true,
		Args:          noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return misread(err) })
	root.SetHelpCommand(newHelp())
	root.SetHelpFunc(fittedHelp(root.HelpFunc()))
	root.AddCommand(
		newCheck(),
		newDoctor(),
		newServe(),
		newInfer(),
		newCriterion(),
		newObjective(),
		newWatch(),
		newTenant(),
		newPolicy(),
		newLogLevel(),
		newSplit(),
		newDemo(),
		newProfile(),
		newFrontier(),
		newSimulate(),
		newPlan(),
		newEval(),
		newImport(),
	)
	return root
}

// versionOr returns the version of the release, or else what the build knows.
func versionOr(release string) string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// usageError is an error of the command line that only the command could find.
type usageError struct{ error }

// run executes a command line and returns its exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	// What fails before this hook failed because of the command line.
	understood := false
	root.PersistentPreRun = func(*cobra.Command, []string) { understood = true }

	cmd, err := helpless(root, args)
	if err == nil {
		cmd, err = root.ExecuteContextC(ctx)
	}
	if err == nil {
		return statusFine
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	fmt.Fprintf(stderr, "delen: %v\n", err)
	if errors.Is(err, errInterrupted) {
		return statusInterrupted
	}
	var usage usageError
	if understood && !errors.As(err, &usage) {
		return statusFailure
	}
	fmt.Fprintf(stderr, "Run '%s --help' for how to use it.\n", cmd.CommandPath())
	return statusUsage
}

// helpless refuses to show the manual of what is no command: cobra would show that of the one above it.
func helpless(root *cobra.Command, args []string) (*cobra.Command, error) {
	if !slices.Contains(args, "-h") && !slices.Contains(args, "--help") {
		return root, nil
	}
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(args...)
	about, rest, err := root.Find(args)
	if err != nil || !about.HasSubCommands() || len(rest) == 0 || strings.HasPrefix(rest[0], "-") {
		return root, nil
	}
	return about, noCommand(about, rest)
}

// values are what the flags of a type take.
var values = map[string]string{
	"duration": "a time with its unit, such as 500ms, 2s or 1m",
	"int":      "a whole number", "int64": "a whole number", "uint64": "a whole number from 0", "float64": "a number",
}

// misread says what is wrong with a flag, in words of its own where the library's are those of programmers.
func misread(err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		if want, ok := values[invalid.GetFlag().Value.Type()]; ok {
			return fmt.Errorf("--%s %q: write %s", invalid.GetFlag().Name, invalid.GetValue(), want)
		}
	}
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		if _, bad := strconv.ParseFloat(unknown.GetSpecifiedShortnames(), 64); bad == nil {
			return fmt.Errorf("-%s: there is no such flag, and a negative number stands for nothing here", unknown.GetSpecifiedShortnames())
		}
	}
	return err
}

// noCommand refuses what is no command and suggests one.
func noCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	root.SuggestionsMinimumDistance = 2
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("there is no command %q; did you mean %q?", args[0], near[0])
	}
	return fmt.Errorf("there is no command %q", args[0])
}

// fittedHelp shows a manual in the columns that there are.
func fittedHelp(show func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) {
		out := cmd.OutOrStdout()
		var manual strings.Builder
		cmd.SetOut(&manual)
		show(cmd, args)
		cmd.SetOut(out)
		io.WriteString(out, refill(manual.String(), columnsOf(out))) // as little can be done about an error as in the library
	}
}

// newHelp makes the command that shows the manual of another.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show the manual of a command",
		Long: `Help shows the manual of a command, or of delen itself when none is named. It is the
same as the command with --help. Some commands have commands of their own: name both.`,
		Example: `  delen help serve
  delen help import profile`,
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err == nil && len(rest) > 0 {
				err = noCommand(about, rest)
			}
			if err != nil {
				return usageError{err}
			}
			return about.Help()
		},
	}
}

// argument requires exactly one argument and says what it is.
func argument(name, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return fmt.Errorf("%s is missing: name %s", name, what)
		case 1:
			return nil
		}
		return fmt.Errorf("one %s is expected, but there are %d arguments: %q", name, len(args), args)
	}
}

// colorful reports whether w shows colors: it is a terminal, and nobody has
// asked for none.
func colorful(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
