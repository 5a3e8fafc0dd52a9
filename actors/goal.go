package actors

import (
	"math"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages/profile"
	"github.com/delen-edge/delen/tenants"
)

// order is an objective that an app has stated and that a goal is sought for. There is one at a time.
type order struct {
	id     uint64
	app    *actor.PID
	number uint64 // of the tenant's orders
}

// found brings the goal that an order leads to.
type found struct {
	*order
	goal *tenants.Goal // nil: there was a mistake of this program
}

// After a change of its objective a tenant rests for so many times as long as finding the goal took, within limits: a tenth of a
// core is enough for searches, ten lines a second for the log, and nobody who has waited for a long search wants to wait again.
const (
	rest      = 9
	leastRest = 100 * time.Millisecond
	mostRest  = 2 * time.Second
)

// setObjective has a goal sought, elsewhere: requests do not wait for it.
func (g *guest) setObjective(ctx actor.Context, m *wire.SetObjective) {
	o, policy, refusal := g.parseObjective(m)
	if refusal != nil {
		event.Emit(g.log, event.ObjectiveRefused{
			Tenant: m.GetTenant(), App: ctx.Sender().GetAddress(), Objective: stated(m), Code: wire.Code(refusal.Code).String(), Message: refusal.Message,
		})
		ctx.Send(ctx.Sender(), refused(m.GetId(), refusal))
		return
	}
	strict := m.GetUnmet() == string(config.RefuseUnmet)
	if m.GetUnmet() == "" {
		strict = g.strict
	}
	g.orders++
	g.seeking = &order{id: m.GetId(), app: ctx.Sender(), number: g.orders}
	g.began = g.clock.now()
	seek := g.seek
	aside(ctx, g.log, m, found{order: g.seeking}, func(f *found) { f.goal = seek.goal(o, policy, strict) })
}

// stated is an objective as an app has written it.
func stated(m *wire.SetObjective) string {
	s := "minimize " + m.GetMinimize()
	if m.GetMaximize() != "" {
		s = "maximize " + m.GetMaximize()
	}
	if m.GetWhere() != "" {
		s += " where " + m.GetWhere()
	}
	return s
}

func (g *guest) parseObjective(m *wire.SetObjective) (*criteria.Objective, profile.Policy, *tenants.Refusal) {
	policy := profile.Policy(m.GetAdapt())
	switch {
	case g.seek.evidence == nil:
		return nil, "", g.seek.blind()
	case g.seeking != nil:
		return nil, "", &tenants.Refusal{Code: tenants.Aborted, RetryAfter: 100 * time.Millisecond,
			Message: "another objective is being looked at: set yours again"}
	case g.clock.now() < g.rested:
		return nil, "", &tenants.Refusal{Code: tenants.Exhausted, RetryAfter: g.rested - g.clock.now(),
			Message: "the objective has changed just now: set yours again later"}
	case policy == "":
		policy = profile.Pareto
	case policy != profile.Pareto && policy != profile.PerWorkload && policy != profile.Full:
		return nil, "", &tenants.Refusal{Code: tenants.InvalidArgument,
			Message: `there is no way to adapt that is called "` + sound(m.GetAdapt()) + `": it is "pareto", "per-workload" or "full"`}
	case m.GetUnmet() != "" && m.GetUnmet() != string(config.NearestUnmet) && m.GetUnmet() != string(config.RefuseUnmet):
		return nil, "", &tenants.Refusal{Code: tenants.InvalidArgument,
			Message: `what is to be done with an unmet bound is "nearest" or "refuse", not "` + sound(m.GetUnmet()) + `"`}
	}
	o, diags := criteria.ParseObjective(m.GetMaximize(), m.GetMinimize(), m.GetWhere(), g.seek.evidence.Knows())
	if diags.HasErrors() {
		return nil, "", &tenants.Refusal{Code: tenants.InvalidArgument, Message: "the objective: " + criteria.ExplainObjective(m.GetMaximize(), m.GetMinimize(), m.GetWhere(), diags)}
	}
	return o, policy, nil
}

// found puts the goal in force, unless something else was ordered meanwhile.
func (g *guest) found(ctx actor.Context, f found) {
	if g.seeking != f.order {
		return // has been answered
	}
	g.seeking = nil
	g.rested = g.clock.now() + min(max(rest*(g.clock.now()-g.began), leastRest), mostRest)
	switch {
	case f.goal == nil:
		ctx.Send(f.app, refused(f.id, &tenants.Refusal{Code: tenants.Internal, Message: "the search for operating points failed: the node's log says why"}))
		return
	case f.number != g.orders:
		ctx.Send(f.app, refused(f.id, &tenants.Refusal{Code: tenants.Aborted, Message: "another criterion or objective came in between: set yours again"}))
		return
	}
	old, before := g.tenant.Config(), g.terms.Load().GetObjective()
	g.tenant.Pursue(f.goal)
	g.adapt, g.strict = config.AdaptNone, f.goal.Strict
	g.assign(ctx)
	g.publish(func(*wire.TenantInfo) {})
	p := g.tenant.Plan()
	event.Emit(g.log, event.ObjectiveChanged{
		Tenant: g.name(), App: f.app.GetAddress(), Old: before, New: f.goal.Objective.String(), Adapt: string(f.goal.Policy), Version: p.Version,
	})
	g.chosen("an app has another objective", old.Criterion.String())
	g.demand(ctx, "its objective has changed")
	t := g.terms.Load()
	ctx.Send(f.app, &wire.ObjectiveSet{
		Id: f.id, Version: p.Version, Objective: t.GetObjective(), Criterion: t.GetCriterion(), Point: t.GetPoint(), Unmet: t.GetUnmet(),
	})
}

// abandon answers an order whose goal nobody will need.
func (g *guest) abandon(ctx actor.Context, code tenants.Code, why string) {
	if g.seeking != nil {
		ctx.Send(g.seeking.app, refused(g.seeking.id, &tenants.Refusal{Code: code, Message: why}))
		g.seeking = nil
	}
}

// assign tells the scheduler the plan. What requests with bounds were given under the old one is forgotten.
func (g *guest) assign(ctx actor.Context) {
	clear(g.bounded)
	if p := g.tenant.Plan(); p != nil {
		g.as.Plan = scheduler.Plan{Criterion: p.Criterion, Version: p.Version}
		ctx.Send(g.scheduler, scheduler.Assign{Tenant: g.index(), Plan: g.as.Plan})
	}
}

// follow holds the plan against what has been measured, now and then.
func (g *guest) follow(ctx actor.Context, now time.Duration) {
	old := g.tenant.Config().Criterion
	g.followed(ctx, old, g.tenant.Look(now))
}

// followed does what a look, or a grant, has led to.
func (g *guest) followed(ctx actor.Context, old *criteria.Criterion, p tenants.Progress) {
	if !p.Looked {
		return
	}
	clear(g.bounded)
	if g.tenant.Config().Criterion != old {
		g.assign(ctx)
	}
	g.publish(func(*wire.TenantInfo) {})
	if p.Why != "" {
		g.chosen(p.Why, old.String())
		if !p.Planned {
			g.demand(ctx, p.Why)
		}
	}
	if p.Pace != 0 {
		event.Emit(g.log, event.PaceChanged{Tenant: g.name(), Pace: p.Pace})
	}
	for _, d := range p.Drifts {
		f := event.Drift{Tenant: g.name(), What: d.What, Exit: d.Exit, Predicted: d.Predicted, Observed: d.Observed, Answers: d.Answers}
		if d.Over {
			event.Emit(g.log, event.DriftOver{Drift: f})
		} else {
			event.Emit(g.log, event.DriftFound{Drift: f})
		}
	}
}

// chosen logs the plan and why it is another one than before.
func (g *guest) chosen(why, old string) {
	p := g.tenant.Plan()
	if p == nil {
		return
	}
	goal, point := g.tenant.Config().Goal, p.Choice.Point.Under(p.Load)
	if len(p.Choice.Unmet) > 0 {
		event.Emit(g.log, event.ObjectiveUnmet{Tenant: g.name(), Objective: goal.Objective.String(), Unmet: bounds(p.Choice.Unmet), Refused: g.tenant.Unkept() != nil})
	}
	event.Emit(g.log, event.PointChosen{
		Tenant: g.name(), Reason: why, Objective: goal.Objective.String(), Adapt: string(goal.Policy),
		Old: old, New: p.Criterion.String(), Version: p.Version,
		Accuracy: point.Accuracy, Certain: point.AccuracyLow, Response: span(point.ResponseP95), Energy: point.Energy, FLOPs: point.FLOPs,
		Shares: point.ExitShare, Unmet: bounds(p.Choice.Unmet),
	})
}

// tellRefusing says when requests begin to be refused for a bound on accuracy, and when that ends.
func (g *guest) tellRefusing() {
	refusal := g.tenant.Unkept()
	if g.refusing = refusal != nil; g.refusing {
		event.Emit(g.log, event.ObjectiveRefusing{Tenant: g.name(), Message: refusal.Message})
	} else {
		event.Emit(g.log, event.ObjectiveAnswering{Tenant: g.name()})
	}
}

// describePlan fills in what an app may know of the tenant's plan.
func (g *guest) describePlan(t *wire.TenantInfo) {
	t.Objective, t.Adapt, t.Point, t.Unmet, t.Refuses = "", string(g.adapt), nil, nil, false
	p := g.tenant.Plan()
	if p == nil {
		return
	}
	goal, point := g.tenant.Config().Goal, p.Choice.Point.Under(p.Load)
	t.Objective, t.Adapt, t.Unmet = goal.Objective.String(), string(goal.Policy), bounds(p.Choice.Unmet)
	t.Refuses = goal.Strict
	t.Point = &wire.Point{
		Thresholds: point.Thresholds, Accuracy: point.Accuracy, AccuracyLow: point.AccuracyLow,
		ResponseMeanNs: int64(span(point.ResponseTime)), ResponseP95Ns: int64(span(point.ResponseP95)),
		EnergyJ: point.Energy, Flops: point.FLOPs, ExitShare: point.ExitShare,
	}
}

// span is a time in s; 0 where it is not known.
func span(s float64) time.Duration {
	if math.IsNaN(s) {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}

func bounds(all []criteria.Bound) []string {
	var texts []string
	for _, b := range all {
		texts = append(texts, b.String())
	}
	return texts
}
