package main

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/stages/profile"
)

// checked is what check --json prints. Its names are a promise to scripts. A number
// that comes from the environment is nil.
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
	Inbound   *int64 `json:"inbound"`
	TokenFile string `json:"admin_token_file,omitempty"`
}

type checkedLog struct {
	Level  string `json:"level"`
	Format string `json:"format"`
}

type checkedRuntime struct {
	Library string `json:"library,omitempty"`
	Threads *int   `json:"threads"`

	Provider checkedProvider `json:"provider"`
}

// checkedProvider has what the provider of its name has.
type checkedProvider struct {
	Name      string            `json:"name"`
	Device    *int              `json:"device,omitempty"`
	Memory    *int64            `json:"memory,omitempty"`
	FP16      *bool             `json:"fp16,omitempty"`
	Cache     string            `json:"cache,omitempty"`
	Workspace *int64            `json:"workspace,omitempty"`
	Options   map[string]string `json:"options,omitempty"`
}

type checkedScheduler struct {
	Slots    *int     `json:"slots"`
	RunLimit *float64 `json:"run_limit"`
	Policy   string   `json:"policy"`
	Fairness *float64 `json:"hybrid"` // also when fairness says it
	Budget   *float64 `json:"budget"` // null: none
	Batch    *int     `json:"batch"`
}

type checkedModel struct {
	Name       string          `json:"name"`
	Path       string          `json:"path,omitempty"`
	Files      []string        `json:"segments,omitempty"`
	Digest     string          `json:"digest"`
	Found      bool            `json:"exits_found"`
	Activation string          `json:"activation"`
	Source     string          `json:"profile_source,omitempty"`
	Labels     int             `json:"labels"`
	Metrics    string          `json:"metrics"`
	Input      *checkedPicture `json:"input,omitempty"`
	Audio      *checkedAudio   `json:"audio,omitempty"`
	Exits      []checkedExit   `json:"exits"`
}

type checkedPicture struct {
	Color  string `json:"color"`
	Height *int   `json:"height"`
	Width  *int   `json:"width"`
}

type checkedAudio struct {
	Rate   *int     `json:"rate"`
	Length *float64 `json:"length"`
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
	Rows         *int     `json:"segment_rows"` // of a run, at the most
}

type checkedTenant struct {
	Name      string   `json:"name"`
	Model     string   `json:"model"`
	Share     *float64 `json:"share"`
	Guarantee float64  `json:"guarantee"`
	ExitWhen  string   `json:"exit_when"`
	Deadline  *float64 `json:"deadline"` // null: none
	Queue     *int     `json:"queue"`
	Overflow  string   `json:"overflow"`
	Audit     *float64 `json:"audit"`
	Objective *string  `json:"objective"` // null: none
	Adapt     string   `json:"adapt"`

	Point *profile.Point `json:"point,omitempty"` // on an idle machine
	Unmet []string       `json:"unmet,omitempty"`
}

func newChecked(path string, c *config.Config, diags hcl.Diagnostics, found choices) checked {
	k := checked{File: path, OK: !diags.HasErrors(), Diagnostics: []diagnostic{}}
	for _, d := range diags {
		k.Diagnostics = append(k.Diagnostics, newDiagnostic(path, d))
	}
	if !k.OK {
		return k
	}
	k.config(c, found)
	return k
}

// config fills in what a configuration means.
func (k *checked) config(c *config.Config, found choices) {
	node, log := of(c, "node", c.Node.Name), of(c, "log", "")
	runtime, scheduler := of(c, "runtime", ""), of(c, "scheduler", "")
	k.Node = &checkedNode{c.Node.Name, node.text("listen", c.Node.Listen), node.text("advertise", c.Node.Advertise), number(node, "inbound", c.Node.Inbound),
		node.text("admin_token_file", c.Node.TokenFile)}
	k.Log = &checkedLog{log.text("level", c.Log.Level), log.text("format", c.Log.Format)}
	k.Runtime = &checkedRuntime{runtime.text("library", c.Runtime.Library), number(runtime, "threads", c.Runtime.Threads), newCheckedProvider(c)}
	k.Scheduler = newCheckedScheduler(scheduler, &c.Scheduler)
	for _, m := range c.Models {
		k.Models = append(k.Models, newCheckedModel(c, m))
	}
	for _, t := range c.Tenants {
		k.Tenants = append(k.Tenants, newCheckedTenant(c, t, found))
	}
}

func newCheckedScheduler(b part, s *config.Scheduler) *checkedScheduler {
	k := &checkedScheduler{
		Slots: number(b, "slots", s.Slots), RunLimit: number(b, "run_limit", s.RunLimit.Seconds()), Policy: b.text("policy", string(s.Policy)),
		Fairness: number(b, "hybrid", s.Fairness), Batch: number(b, "batch", s.Batch),
	}
	if k.Fairness != nil {
		k.Fairness = number(b, "fairness", s.Fairness)
	}
	if s.Budget > 0 {
		k.Budget = number(b, "budget", s.Budget)
	}
	return k
}

func newCheckedProvider(c *config.Config) checkedProvider {
	p := c.Runtime.Provider
	b := of(c, "provider", p.Name)
	k := checkedProvider{Name: p.Name, Cache: b.text("cache", p.Cache)}
	switch p.Name {
	case "cuda":
		k.Device = number(b, "device", p.Device)
	case "tensorrt":
		k.Device, k.FP16 = number(b, "device", p.Device), number(b, "fp16", p.FP16)
	}
	if p.Memory > 0 {
		k.Memory = number(b, "memory", p.Memory)
	}
	if p.Workspace > 0 {
		k.Workspace = number(b, "workspace", p.Workspace)
	}
	for name, value := range p.Options {
		if k.Options == nil {
			k.Options = map[string]string{}
		}
		k.Options[name] = b.text("options", value)
	}
	return k
}

func newCheckedTenant(c *config.Config, t *config.Tenant, found choices) checkedTenant {
	b := of(c, "tenant", t.Name)
	k := checkedTenant{
		Name: t.Name, Model: b.text("model", t.Model.Name), Share: number(b, "share", t.Share), Guarantee: c.Guarantee(t),
		ExitWhen: t.Criterion.String(), Queue: number(b, "queue", t.Queue), Overflow: b.text("overflow", string(t.Overflow)),
		Audit: number(b, "audit", t.Audit),
		Adapt: b.text("adapt", string(t.Adapt)),
	}
	if t.Objective != nil {
		k.Objective = new(t.Objective.String())
	}
	if choice, ok := found[t.Name]; ok {
		k.ExitWhen = criterionOf(&choice.Point).String()
		k.Point, k.Unmet = &choice.Point, unmet(choice.Unmet)
	}
	if t.Deadline > 0 {
		k.Deadline = number(b, "deadline", t.Deadline.Seconds())
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

// filesOf returns where a model lies, as far as it may be shown.
func filesOf(b part, m *config.Model) []string {
	if len(m.Files) == 1 {
		return []string{b.text("path", m.Files[0])}
	}
	if written, hidden := b.config.Written(b.kind, b.label, "segments"); hidden {
		return []string{written}
	}
	return m.Files
}

func newCheckedModel(c *config.Config, m *config.Model) checkedModel {
	b := of(c, "model", m.Name)
	k := checkedModel{
		Name: m.Name, Digest: m.Digest, Found: m.Found, Activation: b.text("activation", string(m.Activation)),
		Labels: len(m.Labels), Metrics: m.Metrics().String(), Exits: newCheckedExits(c, m),
	}
	if files := filesOf(b, m); len(files) == 1 {
		k.Path = files[0]
	} else {
		k.Files = files
	}
	if m.Profile != nil {
		k.Source = string(m.Profile.Source)
	}
	if p := m.Input; p != nil {
		in := of(c, "input", m.Name)
		k.Input = &checkedPicture{in.text("color", p.Color), number(in, "size", p.Height), number(in, "size", p.Width)}
	}
	if a := m.Audio; a != nil {
		in := of(c, "audio", m.Name)
		k.Audio = &checkedAudio{number(in, "rate", a.Rate), number(in, "length", a.Length().Seconds())}
	}
	return k
}

func newCheckedExits(c *config.Config, m *config.Model) []checkedExit {
	exits := make([]checkedExit, len(m.Exits))
	b, flops := of(c, "model", m.Name), m.FLOPs()
	rows := c.Batches(m)
	for i, name := range m.Exits {
		s := m.Segments[i]
		e := checkedExit{Name: b.text("exits", name), Nodes: s.Nodes, Parameters: s.Parameters, Rows: number(of(c, "scheduler", ""), "batch", rows[i])}
		if s.HiddenBytes >= 0 {
			e.Hidden = &s.HiddenBytes
		}
		if m.Profile != nil {
			p := m.Profile.Exits[i]
			e.Accuracy, e.ResponseTime, e.Energy, e.FLOPs = p.Accuracy, p.ResponseTime, p.Energy, p.FLOPs
		}
		if flops != nil {
			e.FLOPs = finite(flops[i])
		}
		exits[i] = e
	}
	return exits
}

// part is a block of a configuration whose values are to be shown.
type part struct {
	config      *config.Config
	kind, label string
}

// of names a block, as config.Config.Written does.
func of(c *config.Config, kind, label string) part {
	return part{c, kind, label}
}

// text returns what stands for the value of an attribute: what is given, or how it
// is written when it comes from the environment.
func (p part) text(attribute, value string) string {
	if written, hidden := p.config.Written(p.kind, p.label, attribute); hidden {
		return written
	}
	return value
}

// number returns the value of an attribute, or nil when it comes from the
// environment.
func number[T any](p part, attribute string, value T) *T {
	if _, hidden := p.config.Written(p.kind, p.label, attribute); hidden {
		return nil
	}
	return &value
}
