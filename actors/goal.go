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

// seeker finds goals for a tenant. It may be used by any goroutine.
type seeker struct {
	model    string
	evidence *profile.Evidence // nil: there is none, and there are no goals
	response []float64         // the profile's response time at each exit in s; NaN where it is not known
	foreign  time.Duration     // the longest segment of another tenant
	frontier func() *profile.Frontier
}

// bestWithin is what a request with bounds wants of a tenant without an objective.
var bestWithin = &criteria.Objective{Metric: criteria.Accuracy, Maximize: true}

func (n *Node) seeker(c *config.Config, t *config.Tenant) *seeker {
	s := &seeker{model: t.Model.Name, evidence: t.Model.Evidence, frontier: n.models[n.modelOf(t)].frontier}
	if t.Model.Profile != nil {
		for _, e := range t.Model.Profile.Exits {
			s.response = append(s.response, known(e.ResponseTime, math.NaN()))
		}
	}
	for _, other := range c.Tenants {
		if other.Name == t.Name {
			continue
		}
		for _, warm := range n.models[n.modelOf(other)].warm {
			s.foreign = max(s.foreign, warm)
		}
	}
	return s
}

// goalOf is what a tenant's terms lead to; nil when they state its criterion.
func (s *seeker) goalOf(t *config.Tenant) *tenants.Goal {
	if t.Objective == nil || s.evidence == nil {
		return nil
	}
	return s.goal(t.Objective, profile.Policy(t.Adapt))
}

// goal searches for operating points. It takes milliseconds, or tenths of seconds for a large profile.
func (s *seeker) goal(o *criteria.Objective, p profile.Policy) *tenants.Goal {
	return &tenants.Goal{
		Objective: o, Policy: p, Frontier: s.evidence.Frontier(o, profile.Certainty{}), Response: s.response, Foreign: s.foreign,
	}
}

// found brings the goal that an app's objective leads to.
type found struct {
	goal  *tenants.Goal
	order uint64 // the last one when the search began
	id    uint64
	app   *actor.PID
}

// setObjective has a goal sought, elsewhere: requests do not wait for it.
func (g *guest) setObjective(ctx actor.Context, m *wire.SetObjective) {
	o, policy, refusal := g.parseObjective(m)
	if refusal != nil {
		ctx.Send(ctx.Sender(), refused(m.GetId(), refusal))
		return
	}
	g.orders++
	g.seeking = true
	f := found{order: g.orders, id: m.GetId(), app: ctx.Sender()}
	root, self, seek := ctx.ActorSystem().Root, ctx.Self(), g.seek
	go func() {
		f.goal = seek.goal(o, policy)
		root.Send(self, f)
	}()
}

func (g *guest) parseObjective(m *wire.SetObjective) (*criteria.Objective, profile.Policy, *tenants.Refusal) {
	policy := profile.Policy(m.GetAdapt())
	switch {
	case g.seek.evidence == nil:
		return nil, "", g.seek.blind()
	case g.seeking:
		return nil, "", &tenants.Refusal{Code: tenants.Aborted, RetryAfter: 100 * time.Millisecond,
			Message: "another objective is being looked at: set yours again"}
	case policy == "":
		policy = profile.Pareto
	case policy != profile.Pareto && policy != profile.PerWorkload && policy != profile.Full:
		return nil, "", &tenants.Refusal{Code: tenants.InvalidArgument,
			Message: `there is no way to adapt that is called "` + sound(m.GetAdapt()) + `": it is "pareto", "per-workload" or "full"`}
	}
	o, diags := criteria.ParseObjective(m.GetMaximize(), m.GetMinimize(), m.GetWhere(), g.seek.evidence.Knows())
	if diags.HasErrors() {
		return nil, "", &tenants.Refusal{Code: tenants.InvalidArgument, Message: "the objective: " + criteria.ExplainObjective(m.GetMaximize(), m.GetMinimize(), m.GetWhere(), diags)}
	}
	return o, policy, nil
}

// blind refuses what needs a frontier.
func (s *seeker) blind() *tenants.Refusal {
	return &tenants.Refusal{Code: tenants.Precondition, Message: "nothing is known of what the exits of model " + s.model +
		" bring: it needs a profile with outcomes, as delen profile --samples writes it"}
}

// found puts the goal in force, unless something else was ordered meanwhile.
func (g *guest) found(ctx actor.Context, f found) {
	g.seeking = false
	if f.order != g.orders {
		ctx.Send(f.app, refused(f.id, &tenants.Refusal{Code: tenants.Aborted, Message: "another criterion or objective came in between: set yours again"}))
		return
	}
	old, before := g.tenant.Config(), g.terms.Load().GetObjective()
	g.tenant.Pursue(f.goal)
	g.assign(ctx)
	g.publish(func(*wire.TenantInfo) {})
	p := g.tenant.Plan()
	event.Emit(g.log, event.ObjectiveChanged{
		Tenant: g.name(), App: f.app.GetAddress(), Old: before, New: f.goal.Objective.String(), Adapt: string(f.goal.Policy), Version: p.Version,
	})
	g.chosen("an app has another objective", old.Criterion.String())
	t := g.terms.Load()
	ctx.Send(f.app, &wire.ObjectiveSet{
		Id: f.id, Version: p.Version, Objective: t.GetObjective(), Criterion: t.GetCriterion(), Point: t.GetPoint(), Unmet: t.GetUnmet(),
	})
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
	p := g.tenant.Look(now)
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
	event.Emit(g.log, event.PointChosen{
		Tenant: g.name(), Reason: why, Objective: goal.Objective.String(), Adapt: string(goal.Policy),
		Old: old, New: p.Criterion.String(), Version: p.Version,
		Accuracy: point.Accuracy, Certain: point.AccuracyLow, Response: span(point.ResponseP95), Energy: point.Energy, FLOPs: point.FLOPs,
		Shares: point.ExitShare, Unmet: bounds(p.Choice.Unmet),
	})
}

// describePlan fills in what an app may know of the tenant's plan.
func (g *guest) describePlan(t *wire.TenantInfo) {
	t.Objective, t.Adapt, t.Point, t.Unmet = "", "none", nil, nil
	p := g.tenant.Plan()
	if p == nil {
		return
	}
	goal, point := g.tenant.Config().Goal, p.Choice.Point.Under(p.Load)
	t.Objective, t.Adapt, t.Unmet = goal.Objective.String(), string(goal.Policy), bounds(p.Choice.Unmet)
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
