package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/scheduler/planner"
	"github.com/delen-edge/delen/tenants"
)

// planning is the actor that grants tenants what a request of theirs may take. Plans are made on a goroutine of their own, from
// a draft: the actor goes on reading what tenants demand.
type planning struct {
	desk   *planner.Desk
	clock  clock
	guests map[int]*actor.PID // those whose demands are at the desk
	log    *event.Log
	timer  *time.Timer // until a plan is due; nil: none is
}

// demand is what a tenant would have of the machine, and why that is another demand than before.
type demand struct {
	guest  *actor.PID
	tenant int
	name   string
	weight float64
	tenants.Demand
	why string
}

// departure says that a tenant demands nothing any more.
type departure struct{ tenant int }

// governed says by which rules plans are made.
type governed struct {
	policy scheduler.Policy
	budget float64 // W beyond idle; 0: none
}

// heat says how many times longer than in the profiles segments take because the machine is hot; 1: it is not.
type heat struct{ factor float64 }

// due tells the planning actor that it is time for a plan.
type due struct{}

// planned brings a plan.
type planned struct {
	draft *planner.Draft
	planner.Plan
	took time.Duration
}

// Receive implements actor.Actor.
func (p *planning) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case demand:
		p.guests[m.tenant] = m.guest
		p.desk.Ask(m.tenant, m.name, m.weight, m.Demand, m.why)
	case departure:
		delete(p.guests, m.tenant)
		p.desk.Leave(m.tenant)
	case governed:
		p.desk.Govern(m.policy, m.budget)
	case heat:
		p.desk.Heat(m.factor)
	case due:
		p.timer = nil
	case planned:
		p.take(ctx, m)
	case *actor.Stopping:
		if p.timer != nil {
			p.timer.Stop()
		}
		return
	}
	p.begin(ctx)
}

// begin has a plan made, if one is due, or is awakened when it is.
func (p *planning) begin(ctx actor.Context) {
	at, now := p.desk.Due(), p.clock.now()
	if at == tenants.Never || p.timer != nil {
		return
	}
	if at > now {
		root, self := ctx.ActorSystem().Root, ctx.Self()
		p.timer = time.AfterFunc(at-now, func() { root.Send(self, due{}) })
		return
	}
	m := planned{draft: p.desk.Draft(now)}
	aside(ctx, p.log, m, m, func(m *planned) {
		start := time.Now()
		m.Plan = planner.Make(m.draft.Situation)
		m.took = time.Since(start)
	})
}

// take grants every tenant what the plan says, where that is something else than before.
func (p *planning) take(ctx actor.Context, m planned) {
	grants := p.desk.Take(m.draft, m.Plan)
	if len(m.Choices) == 0 {
		return // there was a mistake of this program: everybody keeps what was granted
	}
	e := event.PlanMade{
		Policy: string(m.draft.Policy), Reasons: m.draft.Reasons, Tenants: len(m.Choices), After: m.took,
		Busy: m.Busy / float64(m.draft.Slots), Power: m.Power, Gap: m.Gap, Full: m.Full,
	}
	for _, g := range grants {
		if g.Other { // whoever has the place by now demands for itself
			ctx.Send(p.guests[g.Tenant], granted{g.Grant})
			e.Changes = append(e.Changes, g.Says)
		}
	}
	event.Emit(p.log, e)
}

// granted tells a tenant what a plan allows it.
type granted struct{ tenants.Grant }

// granted puts a grant in force.
func (g *guest) granted(ctx actor.Context, m granted) {
	old := g.tenant.Config().Criterion
	g.followed(ctx, old, g.tenant.Allow(g.clock.now(), m.Grant))
}

// demand tells the planning actor what the tenant would have, and why.
func (g *guest) demand(ctx actor.Context, why string) {
	if g.tenant.Closed() {
		return
	}
	ctx.Send(g.planning, demand{ctx.Self(), g.index(), g.name(), g.as.Weight, g.tenant.Demand(), why})
}

// remind tells it when the demand has moved.
func (g *guest) remind(ctx actor.Context, now time.Duration) {
	if why := g.tenant.Moved(now); why != "" {
		g.demand(ctx, why)
	}
}
