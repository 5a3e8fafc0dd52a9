package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/config"
)

// newCheck makes the command that says what a configuration means.
func newCheck() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check CONFIG",
		Short: "Say what a configuration means, or all that is wrong with it",
		Long: `Check reads a configuration and every file that it names: the models, their
profiles and labels. Nothing is started, and the inference runtime is not needed.

When all is well, it prints what the configuration means: the exits of each model
and what it takes to reach them; each tenant with the part of the machine that is
guaranteed to it and the criterion that ends its requests, as it was understood.

When something is wrong, it prints everything that is, each with its line and what
to write instead, and the exit status is 1.

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
    share     = 2                       # default 1; its part is guaranteed
    exit_when = confidence >= 0.9 || response_time > 20*ms
    deadline  = "50ms"                  # optional
    queue     = 64                      # requests in the house at a time
    overflow  = "refuse"                # or "drop-oldest", for cameras
  }

With --json the result is one JSON object on standard output: "ok", "diagnostics"
(each with severity, file, line, column, summary and detail) and, when it is ok,
"node", "log", "runtime", "scheduler", "models" and "tenants". A figure that is
not known is null; times are in seconds, energies in joules, sizes in bytes.`,
		Example: `  delen check delen.hcl
  delen check --json delen.hcl`,
		Args: argument("CONFIG", "the configuration, such as delen.hcl"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return check(args[0], asJSON, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func check(path string, asJSON bool, stdout, stderr io.Writer) error {
	c, diags := config.Load(path)
	if asJSON {
		if err := printJSON(stdout, newChecked(path, c, diags)); err != nil {
			return err
		}
		return failed(path, diags)
	}
	if err := config.Report(stderr, c.Files, diags, colorful(stderr)); err != nil {
		return err
	}
	if len(diags) > 0 {
		fmt.Fprintln(stderr)
	}
	if diags.HasErrors() {
		return failed(path, diags)
	}
	return describe(stdout, path, c)
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

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// checked is what check --json prints. Its names are a promise to scripts.
type checked struct {
	File        string            `json:"file"`
	OK          bool              `json:"ok"`
	Diagnostics []diagnostic      `json:"diagnostics"`
	Node        *checkedNode      `json:"node,omitempty"`
	Log         *checkedLog       `json:"log,omitempty"`
	Runtime     *checkedRuntime   `json:"runtime,omitempty"`
	Scheduler   *checkedScheduler `json:"scheduler,omitempty"`
	Models      []checkedModel    `json:"models,omitempty"`
	Tenants     []checkedTenant   `json:"tenants,omitempty"`
}

type diagnostic struct {
	Severity string `json:"severity"`
	File     string `json:"file"`
	Line     int    `json:"line"` // 0: it is about the whole file
	Column   int    `json:"column"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
}

type checkedNode struct {
	Name      string `json:"name"`
	Listen    string `json:"listen"`
	Advertise string `json:"advertise,omitempty"`
	Inbound   int64  `json:"inbound"`
}

type checkedLog struct {
	Level  string `json:"level"`
	Format string `json:"format"`
}

type checkedRuntime struct {
	Library string `json:"library,omitempty"`
	Threads int    `json:"threads"`
}

type checkedScheduler struct {
	Slots    int     `json:"slots"`
	RunLimit float64 `json:"run_limit"`
}

type checkedModel struct {
	Name       string        `json:"name"`
	Path       string        `json:"path"`
	Digest     string        `json:"digest"`
	Found      bool          `json:"exits_found"`
	Activation string        `json:"activation"`
	Source     string        `json:"profile_source,omitempty"`
	Labels     int           `json:"labels"`
	Metrics    string        `json:"metrics"`
	Exits      []checkedExit `json:"exits"`
}

// checkedExit has the figures of the exit, which count from the start, and those
// of its segment alone.
type checkedExit struct {
	Name         string   `json:"name"`
	Accuracy     *float64 `json:"accuracy"`
	ResponseTime *float64 `json:"response_time"`
	Energy       *float64 `json:"energy"`
	FLOPs        *float64 `json:"flops"`
	Nodes        int      `json:"segment_nodes"`
	Parameters   int64    `json:"segment_parameters"`
	Hidden       *int64   `json:"segment_hidden_bytes"`
}

type checkedTenant struct {
	Name      string  `json:"name"`
	Model     string  `json:"model"`
	Share     float64 `json:"share"`
	Guarantee float64 `json:"guarantee"`
	ExitWhen  string  `json:"exit_when"`
	Deadline  float64 `json:"deadline,omitempty"`
	Queue     int     `json:"queue"`
	Overflow  string  `json:"overflow"`
}

func newChecked(path string, c *config.Config, diags hcl.Diagnostics) checked {
	k := checked{File: path, OK: !diags.HasErrors(), Diagnostics: []diagnostic{}}
	for _, d := range diags {
		k.Diagnostics = append(k.Diagnostics, newDiagnostic(path, d))
	}
	if !k.OK {
		return k
	}
	k.Node = &checkedNode{c.Node.Name, c.Node.Listen, c.Node.Advertise, c.Node.Inbound}
	k.Log = &checkedLog{c.Log.Level, c.Log.Format}
	k.Runtime = &checkedRuntime{c.Runtime.Library, c.Runtime.Threads}
	k.Scheduler = &checkedScheduler{c.Scheduler.Slots, c.Scheduler.RunLimit.Seconds()}
	for _, m := range c.Models {
		k.Models = append(k.Models, newCheckedModel(m))
	}
	for _, t := range c.Tenants {
		k.Tenants = append(k.Tenants, checkedTenant{
			Name: t.Name, Model: t.Model.Name, Share: t.Share, Guarantee: c.Guarantee(t),
			ExitWhen: t.Criterion.String(), Deadline: t.Deadline.Seconds(), Queue: t.Queue, Overflow: string(t.Overflow),
		})
	}
	return k
}

func newDiagnostic(path string, d *hcl.Diagnostic) diagnostic {
	k := diagnostic{Severity: "error", File: path, Summary: d.Summary, Detail: d.Detail}
	if d.Severity == hcl.DiagWarning {
		k.Severity = "warning"
	}
	if d.Subject != nil {
		k.File, k.Line, k.Column = d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column
	}
	return k
}

func newCheckedModel(m *config.Model) checkedModel {
	k := checkedModel{
		Name: m.Name, Path: m.Path, Digest: m.Digest, Found: m.Found, Activation: string(m.Activation),
		Labels: len(m.Labels), Metrics: m.Metrics().String(), Exits: newCheckedExits(m),
	}
	if m.Profile != nil {
		k.Source = string(m.Profile.Source)
	}
	return k
}

func newCheckedExits(m *config.Model) []checkedExit {
	exits := make([]checkedExit, len(m.Exits))
	flops := m.FLOPs()
	for i, name := range m.Exits {
		s := m.Segments[i]
		e := checkedExit{Name: name, Nodes: s.Nodes, Parameters: s.Parameters}
		if s.HiddenBytes >= 0 {
			e.Hidden = &s.HiddenBytes
		}
		if m.Profile != nil {
			p := m.Profile.Exits[i]
			e.Accuracy, e.ResponseTime, e.Energy, e.FLOPs = p.Accuracy, p.ResponseTime, p.Energy, p.FLOPs
		}
		if flops != nil {
			e.FLOPs = known(flops[i])
		}
		exits[i] = e
	}
	return exits
}

// known returns a figure as JSON wants it: null for NaN.
func known(f float64) *float64 {
	if math.IsNaN(f) {
		return nil
	}
	return &f
}

// describe prints what a configuration means, for people.
func describe(w io.Writer, path string, c *config.Config) error {
	t := newTable(w)
	t.line("%s is fine.", path)
	t.line("")
	t.line("node %q", c.Node.Name)
	t.line("  listens on\t%s%s", c.Node.Listen, optional(", peers dial ", c.Node.Advertise))
	if c.Node.Inbound != config.DefaultInbound {
		t.line("  takes in\tat most %s of requests at a time", bytesOf(&c.Node.Inbound))
	}
	t.line("  runs\t%s at a time, each with %s and for at most %s",
		plural(c.Scheduler.Slots, "segment"), plural(c.Runtime.Threads, "thread"), c.Scheduler.RunLimit)
	t.line("  logs\t%s and above, as %s", c.Log.Level, c.Log.Format)
	for _, m := range c.Models {
		describeModel(t, m)
	}
	for _, tenant := range c.Tenants {
		describeTenant(t, c, tenant)
	}
	return t.flush()
}

func describeModel(t *table, m *config.Model) {
	t.line("")
	t.line("model %q, %s", m.Name, m.Path)
	found := ""
	if m.Found {
		found = ", the outputs of the model"
	}
	t.line("  %s%s:", plural(len(m.Exits), "exit"), found)
	for i, e := range newCheckedExits(m) {
		t.line("  exit %d\t%s: %s%s%s%s", i+1, e.Name, flops(e.FLOPs),
			figure(", accuracy ", e.Accuracy, 1, ""), figure(", ", e.ResponseTime, 1e3, " ms"), figure(", ", e.Energy, 1e3, " mJ"))
	}
	for i, e := range newCheckedExits(m) {
		t.line("  segment %d\t%s, %s, passes on %s a row", i+1, plural(e.Nodes, "node"), plural(int(e.Parameters), "parameter"), bytesOf(e.Hidden))
	}
	if p := m.Profile; p != nil {
		t.line("  figures are\t%s%s", p.Source, optional(" on ", p.Device))
	}
	if len(m.Unresolved) > 0 {
		t.line("  left open\tonly the runtime can tell the types and shapes of %q", m.Unresolved)
	}
	if m.Labels != nil {
		t.line("  tells apart\t%s", plural(len(m.Labels), "class"))
	}
	if p := m.Input; p != nil {
		t.line("  takes\t%s pictures of %d x %d pixels (height x width)", p.Color, p.Height, p.Width)
	}
}

func describeTenant(t *table, c *config.Config, tenant *config.Tenant) {
	t.line("")
	t.line("tenant %q", tenant.Name)
	t.line("  runs\tmodel %q", tenant.Model.Name)
	t.line("  has\t%.3g %% of the machine for itself (share %v)", 100*c.Guarantee(tenant), tenant.Share)
	t.line("  stops when\t%s", stopsWhen(tenant.Criterion.String()))
	if tenant.Deadline > 0 {
		t.line("  ends after\t%s", tenant.Deadline.Round(time.Microsecond))
	}
	t.line("  queues\tat most %s%s", plural(tenant.Queue, "request"), beyond(tenant.Overflow))
}

// beyond says what happens when a queue is full.
func beyond(o config.Overflow) string {
	if o == config.DropOldest {
		return "; the oldest makes room for the next"
	}
	return "; refuses what goes beyond"
}
