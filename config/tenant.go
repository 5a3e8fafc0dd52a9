package config

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
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
	// Objective is what it wants instead of a criterion, or nil.
	Objective *criteria.Objective
	// Unmet says what happens while the objective's bound on accuracy is not kept, by
	// default NearestUnmet.
	Unmet Unmet
	// Adapt says who finds a criterion: nobody (AdaptNone, by default without an
	// objective), or how the node does (by default profile.Pareto with one).
	Adapt profile.Policy
	// Deadline is when a request ends whatever has been reached, counted from
	// its arrival, or 0 for none.
	Deadline time.Duration
	// Queue is how many requests may be in the house at a time, by default 64.
	Queue int
	// Overflow says what happens to a request beyond that, by default Refuse.
	Overflow Overflow
	// Audit is the fraction of its requests that run on to the last exit after they
	// have been answered, to see whether that agrees: by default DefaultAudit with
	// an objective, and else 0.
	Audit float64
}

// DefaultAudit is Tenant.Audit of a tenant that has an objective.
const DefaultAudit = 0.01

// Unmet is what happens to requests while an objective's bound on accuracy is not kept.
type Unmet string

// What is to be done with an unmet bound.
const (
	// NearestUnmet answers with the nearest operating point: the bound is a wish.
	NearestUnmet Unmet = "nearest"
	// RefuseUnmet refuses: no answer is better than one that is wrong too often. A
	// bound on a cost never refuses.
	RefuseUnmet Unmet = "refuse"
)

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

// tenants decodes the tenant blocks.
func (d *decoder) tenants(file *block, models []*Model) []*Tenant {
	var all []*Tenant
	for h, bad := range file.named("tenant") {
		if t := d.tenant(h, models); !bad {
			all = append(all, t)
		}
	}
	d.warnLight(file, all)
	return all
}

// heavy is a weight in the tens, as those have who think of percentages.
const heavy = 10

// warnLight warns of a weight that was left at 1 beside others in the tens: hardly anything is guaranteed to that tenant.
func (d *decoder) warnLight(file *block, all []*Tenant) {
	sum, most := 0.0, 0.0
	for _, t := range all {
		sum, most = sum+t.Share, max(most, t.Share)
	}
	if most < heavy {
		return
	}
	for h := range file.named("tenant") {
		given := h.Body.Attributes["share"] != nil
		if i := slices.IndexFunc(all, func(t *Tenant) bool { return len(h.Labels) == 1 && t.Name == h.Labels[0] }); i >= 0 && !given {
			d.fail(h.TypeRange, "Weight left at its default", "A share is a weight, and no percentage: that of tenant %q is 1, beside others in the tens, so that %.2g %% of the machine are guaranteed to it. Write its share.",
				all[i].Name, 100*all[i].Share/sum)
			d.diags[len(d.diags)-1].Severity = hcl.DiagWarning
		}
	}
}

// tenant decodes one tenant block.
func (d *decoder) tenant(h *hclsyntax.Block, models []*Model) *Tenant {
	b := d.openBlock(h, tenantSchema)
	t := &Tenant{
		Name:     b.label,
		Model:    b.model(models),
		Share:    b.number("share"),
		Deadline: b.duration("deadline"),
		Queue:    b.count("queue"),
		Overflow: Overflow(b.choice("overflow")),
		Audit:    b.number("audit"),
	}
	t.Criterion = b.criterion(t.Model)
	b.objective(t)
	if t.Objective != nil && !b.given("audit") {
		t.Audit = DefaultAudit
	}
	b.warnEvidence(t)
	b.checkDeadline(t)
	b.checkPatience(t)
	return t
}

// checkDeadline warns of a deadline that no request can keep.
func (b *block) checkDeadline(t *Tenant) {
	if t.Deadline == 0 || t.Model == nil || t.Model.Profile == nil {
		return
	}
	first := t.Model.Profile.Exits[0].ResponseTime
	if first == nil || t.Deadline.Seconds() >= *first {
		return
	}
	takes := time.Duration(*first * float64(time.Second)).Round(time.Microsecond)
	b.warnAt("deadline", "Deadline before the first exit", "By the profile it takes %s to get to the first exit, so with a deadline of %s requests fail without an answer. Write a longer one, or leave it out.",
		takes, b.tell("deadline", t.Deadline.String()))
}

// model returns the tenant's model, or nil when there is no telling which.
func (b *block) model(models []*Model) *Model {
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = m.Name
	}
	name := b.text("model")
	switch {
	case name == "" && b.given("model"), b.lost["model"] && !slices.Contains(names, name):
		return nil // reported
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
		b.failModel(name, names)
	}
	return nil
}

// failModel reports a reference to a model that there is not.
func (b *block) failModel(name string, names []string) {
	remedy := fmt.Sprintf(" Write one of %s.", quoted(names))
	if near := didYouMean(name, names); near != "" && b.origin["model"] == nil {
		remedy = near
	}
	b.failAt("model", "Unknown model", "%s is the name of no model.%s", capital(b.tell("model", strconv.Quote(name))), remedy)
}

// criterion compiles exit_when for the tenant's model. For a model that is
// wrong itself, it is held against every metric and as many exits as it wants,
// so that the rest of its errors are found.
func (b *block) criterion(m *Model) *criteria.Criterion {
	if !b.given("exit_when") || isBroken(b.attrs["exit_when"].Expr) {
		return criteria.Never()
	}
	e := b.attrs["exit_when"].Expr
	exits, have := 256, criteria.All()
	if m != nil && len(m.Exits) > 0 {
		exits, have = len(m.Exits), m.Metrics()
		if b.unprofiled[m] {
			have = have.With(criteria.Accuracy, criteria.Energy, criteria.NextEnergy, criteria.FLOPs, criteria.NextFLOPs)
		}
	} else if list, diags := hcl.ExprList(e); !diags.HasErrors() {
		exits = max(1, len(list))
	}
	c, diags := criteria.Compile(e, exits, have)
	b.diags = append(b.diags, b.withoutEnv(e, diags, "A criterion")...)
	if c != nil && m != nil {
		b.diags = append(b.diags, criteria.Unreached(e, m.fixed())...)
	}
	return c
}

var tenantSchema = &schema{
	kind: "tenant", label: "door-camera", many: true, required: true,
	doc: "A guest of the machine: an application, or several that share one account. Its apps call it by its name.",
	attributes: []*attribute{{
		name: "model", form: aText, otherwise: "the only model", example: `"glyphs"`,
		doc: "The name of the model block that runs for it. It must be given when there are several.",
	}, {
		name: "share", form: aNumber, usual: "1", low: "0.001", high: "1000000", example: "2",
		hint: "Only the ratio of shares counts; take out a tenant that is not to be served.",
		doc: "Its weight, and no percentage: its share over the sum of all shares is the part of the machine that is guaranteed to it, whatever the others do. " +
			"`delen check` prints each part.",
	}, {
		name: "exit_when", form: aCriterion, otherwise: "never before the last exit", example: "confidence >= 0.9 || response_time > 20*ms",
		doc: "When an answer is good enough: a [criterion](#criteria), or a list of one for each exit. A tenant with an objective has none.",
	}, {
		name: "adapt", form: aChoice, words: []string{string(AdaptNone), string(profile.Pareto), string(profile.PerWorkload), string(profile.Full)},
		otherwise: "`\"pareto\"` with an objective, or else `\"none\"`", example: `"full"`,
		doc: "Who finds the criterion: nobody, or the node for the [objective](#objectives): as a confidence for each exit, as one exit for all requests, or as " +
			"the last exit for all, which needs no objective.",
	}, {
		name: "deadline", form: aDuration, low: "1us", high: "24h", otherwise: "none", example: `"50ms"`,
		doc: "When a request ends, counted from its arrival: then and there, with the deepest answer so far. Without an answer it fails.",
	}, {
		name: "queue", form: aCount, usual: "64", low: "1", high: "65536",
		doc: "How many of its requests may be in the house at a time, running ones included.",
	}, {
		name: "overflow", form: aChoice, words: []string{string(Refuse), string(DropOldest)},
		doc: "What happens to a request beyond that: it is refused with a hint when to come back, or the oldest one that waits is ended to make " +
			"room. The latter is for cameras, whose latest picture is worth most.",
	}, {
		name: "audit", form: aNumber, low: "0", high: "1", otherwise: "0.01 with an objective, or else 0", example: "0.05",
		doc: "The fraction of its requests that run on to the last exit after they have been answered, when nothing else waits: whether that agrees with the answer is " +
			"held against the profile.",
	}},
	blocks: []*schema{objectiveSchema},
}
