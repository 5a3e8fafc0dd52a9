package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/delen-edge/delen/config"
)

// describe prints what a configuration means, for people.
func describe(w io.Writer, path string, c *config.Config, found choices) error {
	t := newTable(w)
	t.line("%s is fine.", path)
	t.line("")
	t.line("node %q", c.Node.Name)
	node, log := of(c, "node", c.Node.Name), of(c, "log", "")
	runtime, scheduler := of(c, "runtime", ""), of(c, "scheduler", "")
	t.line("  listens on\t%s%s", node.text("listen", c.Node.Listen), optional(", peers dial ", node.text("advertise", c.Node.Advertise)))
	if c.Node.Inbound != config.DefaultInbound {
		t.line("  takes in\tat most %s of requests at a time", node.text("inbound", bytesOf(&c.Node.Inbound)))
	}
	if c.Node.TokenFile != "" {
		t.line("  takes orders\tof who has the token in %s", node.text("admin_token_file", c.Node.TokenFile))
	}
	t.line("  runs\t%s at a time, each with %s and for at most %s",
		scheduler.text("slots", plural(c.Scheduler.Slots, "segment")), runtime.text("threads", plural(c.Runtime.Threads, "thread")),
		scheduler.text("run_limit", c.Scheduler.RunLimit.String()))
	describePolicy(t, scheduler, &c.Scheduler)
	if p := c.Runtime.Provider; p.Name != config.CPU {
		t.line("  executes on\t%s", describeProvider(c, p))
	}
	t.line("  logs\t%s and above, as %s", log.text("level", c.Log.Level), log.text("format", c.Log.Format))
	for _, m := range c.Models {
		describeModel(t, c, m)
	}
	for _, tenant := range c.Tenants {
		describeTenant(t, c, tenant, found)
	}
	return t.flush()
}

// describePolicy says how slots are given away.
func describePolicy(t *table, b part, s *config.Scheduler) {
	watts, together := "", ""
	if s.Budget > 0 {
		watts = b.text("budget", wattsWords(s.Budget))
	}
	if rows := b.text("batch", strconv.Itoa(s.Batch)); rows != "1" {
		together = "; runs are for up to " + rows + " requests where that pays"
	}
	t.line("  policy\t%s%s", policyWords(b.text("policy", string(s.Policy)), b.text("fairness", b.text("hybrid", fairnessWords(s.Fairness))), watts), together)
}

// describeProvider names what executes the models, and what has been said about it.
func describeProvider(c *config.Config, p config.Provider) string {
	b := of(c, "provider", p.Name)
	s := p.Name
	switch p.Name {
	case "cuda", "tensorrt":
		s += ", device " + b.text("device", strconv.Itoa(p.Device))
	}
	if p.Memory > 0 {
		s += ", at most " + b.text("memory", bytesOf(&p.Memory)) + " for each session"
	}
	if p.FP16 {
		s += ", with half precision"
	}
	if p.Cache != "" {
		s += ", engines in " + b.text("cache", p.Cache)
	}
	if p.Workspace > 0 {
		s += ", built in at most " + b.text("workspace", bytesOf(&p.Workspace))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Options)) {
		s += ", " + name + " = " + b.text("options", strconv.Quote(p.Options[name]))
	}
	return s
}

func describeModel(t *table, c *config.Config, m *config.Model) {
	b := of(c, "model", m.Name)
	t.line("")
	t.line("model %q, %s", m.Name, strings.Join(filesOf(b, m), ", "))
	found := ""
	if m.Found {
		found = ", the outputs of the model"
	}
	t.line("  %s%s:", plural(len(m.Exits), "exit"), found)
	for i, e := range newCheckedExits(c, m) {
		t.line("  exit %d\t%s: %s%s%s%s", i+1, e.Name, flops(e.FLOPs),
			figure(", accuracy ", e.Accuracy, 1, ""), figure(", ", e.ResponseTime, 1e3, " ms"), figure(", ", e.Energy, 1e3, " mJ"))
	}
	for i, e := range newCheckedExits(c, m) {
		t.line("  segment %d\t%s, %s, passes on %s a row%s", i+1, plural(e.Nodes, "node"), plural(int(e.Parameters), "parameter"), bytesOf(e.Hidden), batched(e.Rows))
	}
	if p := m.Profile; p != nil {
		t.line("  figures are\t%s%s", p.Source, optional(" on ", p.Device))
	}
	if p := m.Profile; p != nil && p.Activation == "" && m.Evidence != nil {
		t.line("  unsaid\thow the profile read the exits; here activation is %s", b.text("activation", strconv.Quote(string(m.Activation))))
	}
	if len(m.Unresolved) > 0 {
		t.line("  left open\tonly the runtime can tell the types and shapes of %s", b.text("exits", fmt.Sprintf("%q", m.Unresolved)))
	}
	if m.Labels != nil {
		t.line("  tells apart\t%s", plural(len(m.Labels), "class"))
	}
	if p := m.Input; p != nil {
		in := of(c, "input", m.Name)
		t.line("  takes\t%s pictures of %s pixels (height x width)", in.text("color", p.Color), in.text("size", fmt.Sprintf("%d x %d", p.Height, p.Width)))
	}
	if a := m.Audio; a != nil {
		in := of(c, "audio", m.Name)
		t.line("  takes\trecordings of up to %s at %s Hz", in.text("length", a.Length().String()), in.text("rate", strconv.Itoa(a.Rate)))
	}
}

// batched says how many requests a run of a segment may be for, when they are several.
func batched(rows *int) string {
	if rows == nil || *rows == 1 {
		return ""
	}
	return fmt.Sprintf(", up to %d rows a run", *rows)
}

func describeTenant(t *table, c *config.Config, tenant *config.Tenant, found choices) {
	b := of(c, "tenant", tenant.Name)
	t.line("")
	t.line("tenant %q", tenant.Name)
	t.line("  runs\tmodel %s", b.text("model", strconv.Quote(tenant.Model.Name)))
	t.line("  is guaranteed\t%.3g %% of the machine (share, a weight: %s)", 100*c.Guarantee(tenant), b.text("share", fmt.Sprint(tenant.Share)))
	found.describeWants(t, c, tenant)
	if tenant.Deadline > 0 {
		t.line("  ends after\t%s", b.text("deadline", tenant.Deadline.Round(time.Microsecond).String()))
	}
	if tenant.Audit > 0 {
		t.line("  audits\t%s of its requests", b.text("audit", fmt.Sprintf("%.3g %%", 100*tenant.Audit)))
	}
	t.line("  queues\tat most %s%s", b.text("queue", plural(tenant.Queue, "request")), b.beyond(tenant.Overflow))
}

// beyond says what happens when a queue is full.
func (p part) beyond(o config.Overflow) string {
	switch written := p.text("overflow", string(o)); written {
	case string(config.Refuse):
		return "; refuses what goes beyond"
	case string(config.DropOldest):
		return "; the oldest makes room for the next"
	default:
		return "; beyond that, " + written
	}
}
