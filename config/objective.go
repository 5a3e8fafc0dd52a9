package config

import (
	"fmt"
	"math"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// AdaptNone is the way of those tenants that state a criterion, or none: nobody finds one for them.
const AdaptNone profile.Policy = "none"

// objective decodes what a tenant wants, and who sees to it.
func (b *block) objective(t *Tenant) {
	h := b.one("objective")
	t.Adapt, t.Unmet = AdaptNone, NearestUnmet
	if h != nil {
		t.Adapt = profile.Pareto
	}
	before := len(b.diags)
	if adapt := profile.Policy(b.choice("adapt")); len(b.diags) == before && b.given("adapt") && !isBroken(b.attrs["adapt"].Expr) {
		t.Adapt = adapt
		b.checkAdapt(t, h)
	}
	b.checkStated(h)
	if h == nil {
		return
	}
	in := b.openBlock(h, objectiveSchema)
	have := criteria.Objectives()
	if m := t.Model; m != nil && len(m.Exits) > 0 && !b.unprofiled[m] {
		if !b.checkProfile(t, in) {
			return
		}
		have = m.Evidence.Knows()
	}
	t.Objective = in.compileObjective(have)
	t.Unmet = Unmet(in.choice("unmet"))
	in.checkUnmet(t)
	if _, ok := b.wants[t.Name]; !ok { // the tenant's own, before those of a scenario's phases
		b.wants[t.Name] = in.at(criteria.WherePart)
	}
}

// checkUnmet reports a refusal that no bound leads to.
func (b *block) checkUnmet(t *Tenant) {
	if t.Unmet == RefuseUnmet && t.Objective != nil && math.IsInf(t.Objective.Bound(criteria.Accuracy).Min, -1) {
		b.failAt("unmet", "Refusal without a bound", "Requests are refused while a bound on accuracy is not kept, and the objective has none. Add for instance where = accuracy >= 0.9, or leave unmet out.")
	}
}

// checkStated reports a criterion beside an objective.
func (b *block) checkStated(objective *hclsyntax.Block) {
	if objective == nil || !b.given("exit_when") {
		return
	}
	b.failAt("exit_when", "Criterion and objective", "A tenant has a criterion (exit_when, at line %d) or an objective (at line %d), not both. Leave one of them out.",
		b.at("exit_when").Start.Line, objective.TypeRange.Start.Line)
}

// checkAdapt holds who is to find the criterion against what the tenant has.
func (b *block) checkAdapt(t *Tenant, objective *hclsyntax.Block) {
	with := "With " + b.tell("adapt", fmt.Sprintf("adapt = %q", string(t.Adapt)))
	switch {
	case objective != nil && t.Adapt == AdaptNone:
		b.failAt("adapt", "Objective without effect", "%s nobody acts on the objective at line %d. Leave adapt out, or write another.", with, objective.TypeRange.Start.Line)
	case objective != nil || b.lost[objectiveSchema.kind]:
	case t.Adapt == profile.Full && b.given("exit_when"):
		b.failAt("adapt", "Criterion without effect", "%s every request goes to the last exit, whatever exit_when says at line %d. Leave one of them out.",
			with, b.at("exit_when").Start.Line)
	case t.Adapt == profile.Pareto || t.Adapt == profile.PerWorkload:
		b.failAt("adapt", "Missing objective", "%s the node finds the criterion that serves an objective best, and there is none. Add for instance objective { maximize = accuracy }, or leave adapt out.", with)
	}
}

// checkProfile reports what keeps an objective for the model from being predicted.
func (b *block) checkProfile(t *Tenant, objective *block) bool {
	m := t.Model
	switch {
	case m.Profile == nil:
		b.fail(objective.header, "Objective without a profile", "What an objective leads to is predicted from a profile, and model %q has none. Measure it with %s and add profile = \"profile.json\" to the model.",
			m.Name, b.profiling(m))
	case m.Evidence == nil:
		b.fail(objective.header, "Objective without outcomes", "Operating points are found by what the exits said of labelled samples, and the profile of model %q has no outcomes. Measure the model with %s.",
			m.Name, b.profiling(m))
	default:
		return true
	}
	return false
}

// warnEvidence says what to think of the outcomes that a tenant's objective is predicted from, once for each model.
func (b *block) warnEvidence(t *Tenant) {
	if t.Objective == nil || t.Model == nil || t.Model.Evidence == nil || b.doubted[t.Model] {
		return
	}
	b.doubted[t.Model] = true
	for _, w := range t.Model.Evidence.Warnings() {
		b.fail(b.profiled[t.Model], "Doubtful outcomes", "%s Give delen profile more samples, or others.", sentence(w))
		b.diags[len(b.diags)-1].Severity = hcl.DiagWarning
	}
}

// profiling is the command that measures a model for objectives.
func (d *decoder) profiling(m *Model) string {
	files := strings.Join(m.Files, " ")
	for _, name := range []string{"path", "segments"} {
		if written, hidden := d.hidden[hiddenKey{"model", m.Name, name}]; hidden {
			files = written
		}
	}
	return "delen profile " + files + " --samples FOLDER --labels FILE -o profile.json"
}

// compileObjective reads the block's attributes.
func (b *block) compileObjective(have criteria.Set) *criteria.Objective {
	var parts [3]hcl.Expression
	for i, name := range []string{criteria.MaximizePart, criteria.MinimizePart, criteria.WherePart} {
		if a, ok := b.attrs[name]; ok {
			if isBroken(a.Expr) {
				return nil // reported when it was parsed
			}
			parts[i] = a.Expr
		}
	}
	o, diags := criteria.CompileObjective(parts[0], parts[1], parts[2], have)
	for _, d := range diags {
		if d.Subject == nil {
			d.Subject = &b.header
		}
	}
	for _, e := range parts {
		if e != nil {
			diags = b.withoutEnv(e, diags, "An objective")
		}
	}
	b.diags = append(b.diags, diags...)
	return o
}

// withoutEnv reports the variables of the environment in an expression of criteria, in the place of what is said of them there.
func (b *block) withoutEnv(e hcl.Expression, diags hcl.Diagnostics, what string) hcl.Diagnostics {
	for _, t := range e.Variables() {
		if t.RootName() != "env" {
			continue
		}
		at := t.SourceRange()
		b.fail(at, "No environment here", "%s knows metrics and constants only, no variables of the environment. Write the value itself.", what)
		rest := diags[:0]
		for _, d := range diags {
			if d.Subject == nil || *d.Subject != at {
				rest = append(rest, d)
			}
		}
		diags = rest
	}
	return diags
}

var objectiveSchema = &schema{
	kind: "objective",
	doc: "What a tenant wants instead of a criterion: an [objective](#objectives). The node then finds the criterion, from what the model's profile " +
		"says, and finds another one when the machine is busier.",
	attributes: []*attribute{{
		name: "maximize", form: aGoal, otherwise: "`minimize` is given", example: "accuracy",
		doc: "The metric to have as much of as possible: `accuracy`.",
	}, {
		name: "minimize", form: aGoal, instead: "maximize", otherwise: "`maximize` is given", example: "energy",
		doc: "The metric to have as little of as possible: the mean `energy`, `response_time` or `flops` of a request.",
	}, {
		name: "where", form: someBounds, otherwise: "no bounds", example: "response_time <= 50*ms && energy <= 80*mJ",
		doc: "What has to hold meanwhile: bounds on the 95th percentile of `response_time`, and on the means of `energy`, `flops` and `accuracy`.",
	}, {
		name: "unmet", form: aChoice, words: []string{string(NearestUnmet), string(RefuseUnmet)}, example: `"refuse"`,
		doc: "What happens while no operating point is certain to keep the bound on `accuracy`: the nearest answers all the same, so that the bound is a wish, or requests " +
			"are refused with `FAILED_PRECONDITION`, which names the bound. Bounds on costs never refuse.",
	}},
}
