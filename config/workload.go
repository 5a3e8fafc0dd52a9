package config

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler/sim"
)

// Workload is the requests that a tenant gets in a simulation.
type Workload struct {
	// Tenant is whose.
	Tenant *Tenant
	// Joins and Leaves are when the tenant comes and goes; Leaves is 0 when it stays.
	Joins, Leaves time.Duration
	// Arrivals are when requests come.
	Arrivals sim.Arrivals
	// Phases are what changes, ascending in time.
	Phases []sim.Phase
}

// Workload returns the requests of a tenant, or nil.
func (s *Scenario) Workload(t *Tenant) *Workload {
	for _, w := range s.Workloads {
		if w.Tenant == t {
			return w
		}
	}
	return nil
}

// workloads decodes the workload blocks.
func (d *decoder) workloads(file *block, s *Scenario) []*Workload {
	var all []*Workload
	for h, bad := range file.named("workload") {
		if w := d.workload(h, s, bad); !bad {
			all = append(all, w)
		}
	}
	return all
}

// workload decodes one workload block.
func (d *decoder) workload(h *hclsyntax.Block, s *Scenario, nameless bool) *Workload {
	b := d.openBlock(h, workloadSchema)
	w := &Workload{Joins: b.duration("joins"), Leaves: b.duration("leaves")}
	if !nameless {
		w.Tenant = b.tenant(h, s.Tenants)
	}
	w.Arrivals = b.arrivals(w.Tenant)
	if w.Leaves != 0 && w.Leaves <= w.Joins {
		b.failAt("leaves", "Leaves before it joins", "The tenant joins at %s, and leaves is %s. Write a later time, or leave it out.", b.tell("joins", w.Joins.String()), b.tell("leaves", w.Leaves.String()))
	}
	b.checkBefore(&s.Simulation, "joins", w.Joins)
	b.checkTrace(w, &s.Simulation)
	for _, m := range b.phases(phaseSchema, &s.Simulation) {
		w.Phases = append(w.Phases, m.phase(w))
	}
	return w
}

// tenant is whose workload it is, or nil when there is no telling.
func (b *block) tenant(h *hclsyntax.Block, all []*Tenant) *Tenant {
	for _, t := range all {
		if t.Name == b.label {
			return t
		}
	}
	if len(all) > 0 && !b.lost["tenant"] {
		remedy := didYouMean(b.label, names(all))
		if remedy == "" {
			remedy = " Write one of " + quoted(names(all)) + "."
		}
		b.fail(h.LabelRanges[0], "Unknown tenant", "%s is the name of no tenant.%s", strconv.Quote(b.label), remedy)
	}
	return nil
}

// shaped are the attributes that shape arrivals, and for which kinds.
var shaped = []struct {
	name  string
	kinds []string
}{
	{"rate", []string{string(sim.Poisson), string(sim.Constant), string(sim.Bursty)}},
	{"between", []string{string(sim.Bursty)}}, {"burst", []string{string(sim.Bursty)}}, {"pause", []string{string(sim.Bursty)}},
	{"trace", []string{string(sim.Trace)}},
}

// arrivals reads when requests come.
func (b *block) arrivals(t *Tenant) sim.Arrivals {
	before := len(b.diags)
	kind := b.choice("arrivals")
	if len(b.diags) > before {
		return sim.Arrivals{}
	}
	for _, s := range shaped {
		a := b.schema.attribute(s.name)
		switch needed := slices.Contains(s.kinds, kind); {
		case needed && !b.given(s.name) && a.usual == "":
			b.fail(b.header, "Missing "+s.name, "Arrivals that are %q need the attribute %s. Write for instance %s.", kind, s.name, a.instance())
		case !needed && b.given(s.name):
			b.fail(b.attrs[s.name].NameRange, "Attribute of other arrivals", "Arrivals that are %q have no %s: those that are %s do. Leave it out, or write other arrivals.", kind, s.name, quoted(s.kinds))
		}
	}
	return sim.Arrivals{
		Kind: sim.Kind(kind), Rate: b.number("rate"), Between: b.number("between"), Burst: b.duration("burst"), Pause: b.duration("pause"),
		Trace: b.trace(t),
	}
}

// trace reads the requests of a trace.
func (b *block) trace(t *Tenant) []sim.Request {
	path, ok := b.file("trace")
	if !ok || t == nil || t.Model == nil || t.Model.Exits == nil {
		return nil
	}
	samples := 0
	if e := t.Model.Evidence; e != nil {
		samples = e.Samples()
	}
	all, err := sim.ReadTrace(path, samples, len(t.Model.Exits))
	if err != nil {
		b.failAt("trace", "Invalid trace", "%s Change it, or write another.", b.cause(err, "trace"))
	}
	return all
}

// checkTrace warns of requests of a trace that do not come, since their tenant is not there or the simulation is over.
func (b *block) checkTrace(w *Workload, s *Simulation) {
	if s.Duration == 0 || w.Joins >= s.Duration || w.Leaves != 0 && w.Leaves <= w.Joins {
		return // it is told already
	}
	early, gone, late := 0, 0, 0
	for _, r := range w.Arrivals.Trace {
		switch {
		case r.At < w.Joins:
			early++
		case r.At >= s.Duration:
			late++
		case w.Leaves != 0 && r.At >= w.Leaves:
			gone++
		}
	}
	of := func(n int) string {
		if n == 1 {
			return fmt.Sprintf("1 of %d requests comes", len(w.Arrivals.Trace))
		}
		return fmt.Sprintf("%d of %d requests come", n, len(w.Arrivals.Trace))
	}
	if early > 0 {
		b.warnAt("trace", "Before the tenant joins", "%s before the tenant does, and nobody sends what is of that time. Write an earlier joins, or another trace.", of(early))
	}
	if gone > 0 {
		b.warnAt("trace", "After the tenant leaves", "%s after the tenant has left, and nobody sends what is of that time. Write a later leaves, or another trace.", of(gone))
	}
	if late > 0 {
		b.warnAt("trace", "After the end", "%s after the end, and nobody sends what is of that time. Write a longer duration of the simulation, or another trace.", of(late))
	}
}

// phase decodes what changes of a workload and its tenant.
func (b moment) phase(w *Workload) sim.Phase {
	p := sim.Phase{At: b.when}
	if b.given("rate") {
		if p.Rate = new(b.number("rate")); w.Arrivals.Kind == sim.Trace {
			b.failAt("rate", "Rate of a trace", "The trace says when each request comes. Leave rate out, or write other arrivals.")
		}
	}
	if b.given("share") {
		p.Share = new(b.number("share"))
	}
	if !b.given("exit_when") && !b.given("adapt") && b.one("objective") == nil {
		return p
	}
	t := &Tenant{}
	if w.Tenant != nil {
		t.Name, t.Model = w.Tenant.Name, w.Tenant.Model
	}
	p.Criterion = b.criterion(t.Model)
	b.objective(t)
	p.Strict = t.Unmet == RefuseUnmet
	if p.Adapt, p.Objective = t.Adapt, t.Objective; p.Objective != nil {
		p.Criterion = (*criteria.Criterion)(nil)
	}
	return p
}

var workloadSchema = &schema{
	kind: "workload", label: "door-camera", many: true, scenario: true,
	doc: "The requests of the tenant of that name. A tenant without a workload is there and gets none.",
	attributes: []*attribute{{
		name: "arrivals", form: aChoice, words: []string{string(sim.Poisson), string(sim.Constant), string(sim.Bursty), string(sim.Trace)},
		doc: "When requests come: independently of each other at a `rate`, at equal intervals, in bursts, or as a file says. Bursts last for a time that is " +
			"exponentially distributed, and so does what lies between them; in both, requests come independently of each other, at the rates `rate` and `between`.",
	}, {
		name: "rate", form: aNumber, low: "0", high: "1000000", otherwise: "must be there, but for `trace`", example: "20",
		doc: "How many requests come in a second; of bursts, while one lasts.",
	}, {
		name: "between", form: aNumber, usual: "0", low: "0", high: "1000000", example: "2",
		doc: "How many requests come in a second between bursts.",
	}, {
		name: "burst", form: aDuration, low: "1ms", high: "8784h", otherwise: "must be there for `bursty`", example: `"2s"`,
		doc: "How long a burst lasts in the mean.",
	}, {
		name: "pause", form: aDuration, low: "1ms", high: "8784h", otherwise: "must be there for `bursty`", example: `"8s"`,
		doc: "How long it is in the mean from the end of a burst to the next.",
	}, {
		name: "trace", form: aFile, otherwise: "must be there for `trace`", example: `"arrivals.csv"`,
		doc: "A CSV with a line for each request: when it comes, in seconds from the start, not falling. A second column may give the number of its sample among the " +
			"profile's outcomes, from 0, and further ones how many seconds each segment runs for it. Columns are separated by commas; a first line whose first column has " +
			"no digit is a heading. Requests before the tenant joins, after it leaves and after the end are left out.",
	}, {
		name: "joins", form: aDuration, usual: `"0s"`, low: "0s", high: "8784h", example: `"2m"`,
		doc: "When the tenant comes. Before, it has no share.",
	}, {
		name: "leaves", form: aDuration, low: "1ms", high: "8784h", otherwise: "never", example: `"8m"`,
		doc: "When the tenant goes.",
	}},
	blocks: []*schema{phaseSchema},
}

var phaseSchema = &schema{
	kind: "phase", many: true, scenario: true,
	doc: "What is different from a time on. What is left out stays as it was.",
	attributes: []*attribute{
		phaseBegin,
		{
			name: "rate", form: aNumber, low: "0", high: "1000000", otherwise: "as before", example: "40",
			doc: "The workload's `rate`.",
		}, {
			name: "share", form: aNumber, low: "0.001", high: "1000000", otherwise: "as before", example: "3",
			doc: "The tenant's share.",
		}, {
			name: "exit_when", form: aCriterion, otherwise: "as before", example: "confidence >= 0.8",
			doc: "The tenant's [criterion](#criteria), in place of that or the objective that it had.",
		},
		tenantSchema.attribute("adapt"),
	},
	blocks: []*schema{objectiveSchema},
}
