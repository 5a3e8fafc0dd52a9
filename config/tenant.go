package config

import (
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/delen-edge/delen/criteria"
)

// Tenant is a guest of the node.
type Tenant struct {
	// Name is what its apps call themselves.
	Name string
	// Model is what runs for it.
	Model *Model
	// Share is its weight, by default 1; see Config.Guarantee.
	Share float64
	// Criterion says when to stop. Without exit_when it never stops early.
	Criterion *criteria.Criterion
	// Deadline is when a request ends whatever has been reached, counted from
	// its arrival, or 0 for none.
	Deadline time.Duration
	// Queue is how many requests may be in the house at a time, by default 64.
	Queue int
	// Overflow says what happens to a request beyond that, by default Refuse.
	Overflow Overflow
}

// Overflow is what happens to a request when its tenant's queue is full.
type Overflow string

// The ways to deal with a full queue.
const (
	// Refuse turns the new request away, with a hint when to come back.
	Refuse Overflow = "refuse"
	// DropOldest ends the oldest request that waits, to make room for the new
	// one: of a camera's pictures the latest is worth most.
	DropOldest Overflow = "drop-oldest"
)

// tenants decodes the tenant blocks of a file.
func (d *decoder) tenants(file *block, models []*Model) []*Tenant {
	if !file.has["tenant"] {
		d.failFile("Missing tenant block", "There is nobody to serve. Add a block such as tenant \"camera\" { exit_when = confidence >= 0.9 }.")
	}
	var all []*Tenant
	for h, taken := range file.named("tenant") {
		if t := d.tenant(h, models); !taken {
			all = append(all, t)
		}
	}
	return all
}

// tenant decodes one tenant block.
func (d *decoder) tenant(h *hcl.Block, models []*Model) *Tenant {
	b := d.openBlock(h, tenantSchema)
	t := &Tenant{
		Name:     b.label,
		Model:    b.model(models),
		Share:    b.share(),
		Deadline: b.duration("deadline", 0, time.Microsecond, 24*time.Hour, "50ms"),
		Queue:    b.count("queue", 64, 1, 65536),
		Overflow: Overflow(b.choice("overflow", string(Refuse), string(DropOldest))),
	}
	t.Criterion = b.criterion(t.Model)
	return t
}

// model returns the tenant's model, or nil when there is no telling which.
func (b *block) model(models []*Model) *Model {
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = m.Name
	}
	name := b.text("model", "", "glyphs")
	if name == "" && b.given("model") {
		return nil // reported
	}
	switch {
	case name == "" && len(models) == 1:
		return models[0]
	case name == "" && len(models) > 1:
		b.fail(b.header, "Missing model", "There are several models. Add model = %q, or another of %s.", names[0], quoted(names))
		return nil
	}
	for _, m := range models {
		if m.Name == name {
			return m
		}
	}
	if len(models) > 0 {
		b.failAt("model", "Unknown model", "There is no model %q; models are %s.%s", name, quoted(names), didYouMean(name, names))
	}
	return nil
}

// share reads the weight. It has a message of its own, for 0 is what people
// write to switch a tenant off.
func (b *block) share() float64 {
	const least, most = 1e-3, 1e6
	s := b.number("share", 1)
	switch {
	case s <= 0:
		b.failAt("share", "Invalid share", "A share is a number above 0, not %v: its part in the sum of all shares is guaranteed. Write a small one such as 0.1, or take the tenant out.", s)
		return 1
	case s < least || s > most:
		b.failAt("share", "Invalid share", "A share is from %v to %d, not %v. Only the ratio of shares counts.", least, int(most), s)
		return 1
	}
	return s
}

// criterion compiles exit_when for the tenant's model. For a model that is
// wrong itself, it is held against every metric and as many exits as it wants,
// so that the rest of its errors are found.
func (b *block) criterion(m *Model) *criteria.Criterion {
	if !b.given("exit_when") {
		return criteria.Never()
	}
	a := b.attrs["exit_when"]
	exits, have := 256, criteria.All()
	if m != nil && len(m.Exits) > 0 {
		exits, have = len(m.Exits), m.Metrics()
	} else if list, diags := hcl.ExprList(a.Expr); !diags.HasErrors() {
		exits = max(1, len(list))
	}
	c, diags := criteria.Compile(a.Expr, exits, have)
	b.diags = append(b.diags, diags...)
	return c
}

var tenantSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "model"},
		{Name: "share"},
		{Name: "exit_when"},
		{Name: "deadline"},
		{Name: "queue"},
		{Name: "overflow"},
	},
}
