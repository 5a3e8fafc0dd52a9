package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/delen-edge/delen/scheduler"
)

// The errors of amendments.
var (
	// ErrNoTenant is that of an amendment of a tenant that there is not.
	ErrNoTenant = errors.New("there is no such tenant")
	// ErrExists is that of a tenant whose name another one has.
	ErrExists = errors.New("there is such a tenant already")
	// ErrLast is that of the removal of the only tenant.
	ErrLast = errors.New("it is the last tenant, and a node has at least one")
)

// With is the configuration with one tenant more, which ParseTenant has read for
// it. The configuration itself is not changed, by this or by another amendment.
func (c *Config) With(t *Tenant) (*Config, error) {
	if c.Tenant(t.Name) != nil {
		return nil, fmt.Errorf("tenant %q: %w: remove it first, or choose another name", t.Name, ErrExists)
	}
	return c.withTenants(append(slices.Clone(c.Tenants), t)), nil
}

// Without is the configuration with one tenant less.
func (c *Config) Without(name string) (*Config, error) {
	i, err := c.find(name)
	switch {
	case err != nil:
		return nil, err
	case len(c.Tenants) == 1:
		return nil, fmt.Errorf("tenant %q: %w: add another one first", name, ErrLast)
	}
	return c.withTenants(slices.Delete(slices.Clone(c.Tenants), i, i+1)), nil
}

// WithShare is the configuration with another share of a tenant.
func (c *Config) WithShare(name string, share float64) (*Config, error) {
	i, err := c.find(name)
	if err != nil {
		return nil, err
	}
	if err := inRange(tenantSchema.attribute("share"), share); err != nil {
		return nil, err
	}
	t := *c.Tenants[i]
	t.Share = share
	all := slices.Clone(c.Tenants)
	all[i] = &t
	return c.withTenants(all), nil
}

// WithRules is the configuration with another policy, fairness and budget, which is
// in W, or 0 for none.
func (c *Config) WithRules(p scheduler.Policy, fairness, budget float64) (*Config, error) {
	policies := schedulerSchema.attribute("policy")
	if !slices.Contains(policies.words, string(p)) {
		return nil, fmt.Errorf("policy is %s, not %.64q%s", policies.is(), p, didYouMean(string(p), policies.words))
	}
	if err := inRange(schedulerSchema.attribute("hybrid"), fairness); err != nil {
		return nil, err
	}
	if budget != 0 {
		if err := inRange(schedulerSchema.attribute("budget"), budget); err != nil {
			return nil, fmt.Errorf("%w (0 is none)", err)
		}
	}
	d := *c
	d.Scheduler.Policy, d.Scheduler.Fairness, d.Scheduler.Budget = p, fairness, budget
	return &d, nil
}

// WithLogLevel is the configuration with another level of the log.
func (c *Config) WithLogLevel(level string) (*Config, error) {
	levels := logSchema.attribute("level")
	if !slices.Contains(levels.words, level) {
		return nil, fmt.Errorf("the log's level is %s, not %.64q%s", levels.is(), level, didYouMean(level, levels.words))
	}
	d := *c
	d.Log.Level = level
	return &d, nil
}

func (c *Config) withTenants(all []*Tenant) *Config {
	d := *c
	d.Tenants = all
	return &d
}

// find is the place of the tenant of that name.
func (c *Config) find(name string) (int, error) {
	i := slices.IndexFunc(c.Tenants, func(t *Tenant) bool { return t.Name == name })
	if i < 0 {
		return 0, fmt.Errorf("tenant %.64q: %w%s", name, ErrNoTenant, Served(names(c.Tenants)))
	}
	return i, nil
}

// Served ends a message about a tenant that there is not: it tells those that there
// are, unless they are too many to be read.
func Served(names []string) string {
	const most = 10
	if len(names) > most {
		return ""
	}
	return "; the node serves " + quoted(names)
}

func names(all []*Tenant) []string {
	var names []string
	for _, t := range all {
		names = append(names, t.Name)
	}
	return names
}

// inRange holds a number against the range of an attribute.
func inRange(a *attribute, x float64) error {
	if low, high := float(a.end(a.low)), float(a.end(a.high)); !(x >= low && x <= high) {
		return fmt.Errorf("%s is %s, not %s", a.name, a.is(), strconv.FormatFloat(x, 'g', -1, 64))
	}
	return nil
}

// What the source of one tenant has at the most. HCL's scanner takes a time for some
// sources that grows with the square of their length: what it takes for one that
// opens a comment again and again has another bound, and with that the worst is half
// a second, for heredocs without an end.
const (
	maxTenantSource = 16 << 10 // bytes
	maxOpenComments = 8        // that nothing ends, as in a line about a folder/*
)

// ParseTenant reads the source of one tenant block for a configuration in use,
// whose models it may name. The source is a stranger's: it reads no file, knows no
// variables of the environment, and its values are written out, for a few letters
// can stand for a computation without end. The tenant is nil when the diagnostics,
// whose ranges are those of the source, have errors.
func ParseTenant(src string, c *Config) (*Tenant, hcl.Diagnostics) {
	d := newDecoder()
	d.stranger = true
	d.hidden = maps.Clone(c.hidden)
	for _, m := range c.Models {
		d.doubted[m] = true // when it was loaded
	}
	var t *Tenant
	if len(src) > maxTenantSource {
		d.failNowhere("Too long", "The source of a tenant has at most %d KiB. Leave out what does not belong to it.", maxTenantSource>>10)
	} else if openComments(src) > maxOpenComments {
		d.failNowhere("Open comments", "Of what begins as a comment with /*, nothing ends the last %d. Write */ where they end, or leave them out.", openComments(src))
	} else if h := d.onlyTenant(d.parse([]byte(src), "tenant.hcl")); h != nil {
		t = d.tenant(h, c.Models)
	}
	d.sort()
	d.cut()
	if d.diags.HasErrors() {
		t = nil
	}
	return t, d.diags
}

// openComments counts what may be a comment that nothing ends.
func openComments(src string) int {
	return strings.Count(src[strings.LastIndex(src, "*/")+1:], "/*")
}

// onlyTenant finds the one block of a body that is a tenant, and reports whatever
// stands beside it.
func (d *decoder) onlyTenant(body *hclsyntax.Body) *hclsyntax.Block {
	all := d.open(body, fileSchema)
	all.header = body.EndRange
	var found *hclsyntax.Block
	for _, h := range all.blocks {
		switch {
		case h.Type != tenantSchema.kind:
			d.fail(h.DefRange(), "Not a tenant", "One tenant is added, and nothing else. Take this block out; anything but tenants stands in the configuration of the node.")
		case found != nil:
			d.fail(h.DefRange(), "Another tenant", "Tenants are added one at a time, and one stands at line %d. Take this one out.", found.TypeRange.Start.Line)
		default:
			found = h
		}
	}
	if found == nil && !d.diags.HasErrors() {
		d.fail(all.header, "Missing tenant block", "There is no tenant here. Write for instance %s.", tenantSchema.example())
	}
	if found != nil && len(found.Labels) == 0 {
		return nil // reported
	}
	return found
}

// understands reports an expression of a stranger that is no value written out.
func (b *block) understands(a *attribute, e hclsyntax.Expression) bool {
	if isPlain(e) {
		return true
	}
	b.fail(e.Range(), "Not written out", "What is sent to a node has values that are written out, and nothing that stands for them or computes them. Write for instance %s.", a.instance())
	return false
}

// isPlain reports whether an expression is a number, a word or a text. A bare word
// is none, but what is wrong with it is known better elsewhere.
func isPlain(e hclsyntax.Expression) bool {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return true
	case *hclsyntax.UnaryOpExpr:
		return isPlain(e.Val)
	case *hclsyntax.ScopeTraversalExpr:
		return e.Traversal.RootName() != "env"
	case *hclsyntax.TemplateExpr:
		return !slices.ContainsFunc(e.Parts, func(part hclsyntax.Expression) bool {
			l, ok := part.(*hclsyntax.LiteralValueExpr)
			return !ok || l.Val.Type() != cty.String
		})
	}
	return false
}
