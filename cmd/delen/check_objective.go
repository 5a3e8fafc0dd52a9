package main

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// choices are the operating points that objectives lead to on an idle machine, by tenant.
type choices map[string]profile.Choice

// choose finds the operating points of a configuration without errors. It needs no runtime, only what profiles say.
func choose(c *config.Config) choices {
	all := make(choices)
	for _, t := range c.Tenants {
		if t.Objective != nil && t.Model.Evidence != nil {
			f := t.Model.Evidence.Frontier(t.Objective, profile.Certainty{})
			all[t.Name] = f.Choose(t.Adapt, t.Objective, profile.Load{Pace: 1})
		}
	}
	return all
}

// warnings say whose bounds cannot be kept even there.
func (all choices) warnings(c *config.Config) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, t := range c.Tenants {
		if choice := all[t.Name]; len(choice.Unmet) > 0 {
			diags = append(diags, c.UnmetBounds(t, choice))
		}
	}
	return diags
}

// criterionOf is what a point means. A model with one exit has no thresholds.
func criterionOf(p *profile.Point) *criteria.Criterion {
	if len(p.Thresholds) == 0 {
		return criteria.Never()
	}
	return criteria.Thresholds(p.Thresholds)
}

// unmet are bounds as they are written in a where.
func unmet(bounds []criteria.Bound) []string {
	all := []string{}
	for _, b := range bounds {
		all = append(all, b.String())
	}
	return all
}

// describeWants prints what a tenant wants and what it leads to.
func (all choices) describeWants(t *table, c *config.Config, tenant *config.Tenant) {
	if tenant.Objective != nil {
		t.line("  is to\t%s", tenant.Objective)
	}
	if tenant.Adapt != config.AdaptNone {
		t.line("  adapts\t%s", of(c, "tenant", tenant.Name).text("adapt", string(tenant.Adapt)))
	}
	choice, ok := all[tenant.Name]
	if !ok {
		t.line("  stops when\t%s", stopsWhen(tenant.Criterion.String()))
		return
	}
	t.line("  stops when\t%s, on an idle machine", pointStopsWhen(choice.Point.Thresholds))
	describePoint(t, choice.Point, unmet(choice.Unmet), tenant.Unmet == config.RefuseUnmet)
}
