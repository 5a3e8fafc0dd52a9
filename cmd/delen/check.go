package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/stages/profile"
)

// newCheck makes the command that says what a configuration means.
func newCheck() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check CONFIG",
		Short: "Say what a configuration means, or all that is wrong with it",
		Long: `Check reads a configuration and every file that it names: the models, their
profiles and labels. Nothing is started, and the inference runtime is needed only
when a provider block names something else than the CPU: then it is asked whether
it has that. What is missing is an error; that there is no runtime to ask is a
warning, and so is a profile that was measured on another machine. CONFIG is a file,
or a folder: then all files in it whose names end in .hcl are one configuration.

When all is well, it prints what the configuration means: the exits of each model
and what it takes to reach them; how many rows, one for each request, a run of a
segment may have, where the profile says that it pays; each tenant with the part of
the machine that is guaranteed to it and the criterion that ends its requests, as it
was understood. Of a tenant with an objective it tells the operating point that this
leads to on an idle machine, and what the model's profile predicts of it; bounds
that cannot be kept even there are a warning. A node adds to response times what it
measures, and begins with one segment of another tenant in the way: so where
response times are bounded or minimized it may choose another point.

When something is wrong, it prints everything that is, each with its line and what
to write instead, and the exit status is 1. What is allowed but hardly meant is a
warning, which does not change the exit status.

A configuration names a node, at least one model and at least one tenant:

  node "edge" {
    listen = "127.0.0.1:8090"
  }
  model "glyphs" {
    path    = "glyphs/model.onnx"       # paths start at the file's folder
    profile = "glyphs/profile.json"     # optional: gives accuracy and energy
    labels  = "glyphs/labels.txt"       # optional: a class on each line
  }
  tenant "door-camera" {
    model     = "glyphs"                # needed when there are several
    share     = 2                       # a weight; its part is guaranteed
    exit_when = confidence >= 0.9 || response_time > 20*ms
    deadline  = "50ms"                  # optional
    queue     = 64                      # requests in the house at a time
    overflow  = "refuse"                # or "drop-oldest", for cameras
  }
  tenant "survey" {
    model = "glyphs"
    objective {                         # instead of exit_when
      maximize = accuracy
      where    = response_time <= 50*ms && energy <= 80*mJ
      # unmet  = "refuse" has no answer rather than one below a bound on accuracy
    }
  }

Every block and attribute, and the language of criteria, are described in
docs/configuration.md.

With --json the result is one JSON object on standard output: "ok", "diagnostics"
(each with severity, file, line, column, summary and detail) and, when it is ok,
"node", "log", "runtime", "scheduler", "models" and "tenants". A figure that is
not known is null; times are in seconds, energies in joules, sizes in bytes. A
tenant has "objective" (or null), "adapt" and, when there is an operating point,
"point" and "unmet"; its "exit_when" is that of the point then.

A value that comes from the environment (env.NAME) may be a secret and is not
printed: a text appears as it is written in the configuration, a number in JSON as
null.`,
		Example: `  delen check delen.hcl
  delen check /etc/delen.d
  delen check --json delen.hcl`,
		Args: argument("CONFIG", "the configuration, such as delen.hcl, or its folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return untilInterrupted(cmd.Context(), func() error { return check(args[0], asJSON, cmd.OutOrStdout(), cmd.ErrOrStderr()) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func check(path string, asJSON bool, stdout, stderr io.Writer) error {
	c, diags := config.Load(path)
	if !diags.HasErrors() {
		diags = append(diags, checkProvider(c)...)
		diags = append(diags, checkProfiles(c)...)
	}
	var found choices
	if !diags.HasErrors() {
		found = choose(c)
		diags = append(diags, found.warnings(c)...)
	}
	if asJSON {
		if err := printJSON(stdout, newChecked(path, c, diags, found)); err != nil {
			return err
		}
		return failed(path, diags)
	}
	if err := reportAbove(stderr, path, c.Files, diags); err != nil {
		return err
	}
	return describe(stdout, path, c, found)
}

// reportAbove tells all that is wrong with a file, a line apart from what follows. With errors nothing does: that is its error.
func reportAbove(stderr io.Writer, path string, files map[string]*hcl.File, diags hcl.Diagnostics) error {
	if err := config.Report(stderr, files, diags, colorful(stderr)); err != nil {
		return err
	}
	if len(diags) > 0 {
		fmt.Fprintln(stderr)
	}
	return failed(path, diags)
}

// checkProfiles warns of profiles that were measured under other conditions than those of the configuration on this machine.
// Which version of the runtime serves it is not asked.
func checkProfiles(c *config.Config) (diags hcl.Diagnostics) {
	for _, m := range c.Models {
		if d := foreign(c, m, ""); len(d) > 0 {
			diags = append(diags, c.ProfileWarning(m, d))
		}
	}
	return diags
}

// foreign is how a model's profile was measured under other conditions than those here; nothing when there is none.
func foreign(c *config.Config, m *config.Model, runtime string) []string {
	if m.Profile == nil {
		return nil
	}
	return m.Profile.Differences(profile.Conditions{
		Device: machineBelow("/").device(), Provider: c.Runtime.Provider.Name, Threads: max(c.Runtime.Threads, 1), Runtime: runtime,
	})
}

// failed returns an error that counts those in the diagnostics, or nil.
func failed(path string, diags hcl.Diagnostics) error {
	n := 0
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			n++
		}
	}
	switch n {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("%s has an error", path)
	}
	return fmt.Errorf("%s has %d errors", path, n)
}

// printJSON writes a value over several lines.
func printJSON(w io.Writer, v any) error {
	e := newEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printJSONLine writes a value in one line.
func printJSONLine(w io.Writer, v any) error { return newEncoder(w).Encode(v) }

// newEncoder leaves < and > as they are: bounds have them, and nobody reads this as HTML.
func newEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}
