package actors

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/tenants"
)

// terms is what a tenant publishes of itself: the actor replaces the description, others read it.
type terms struct {
	atomic.Pointer[wire.TenantInfo]
}

// amend takes over terms from a new configuration. A criterion that an app has set stays, unless the configuration's is
// another one than before.
func (g *guest) amend(ctx actor.Context, m amendment) {
	c := g.tenant.Config()
	c.Deadline, c.Queue, c.Overflow, c.Audit = m.terms.Deadline, m.terms.Queue, overflow(m.terms), m.terms.Audit
	ordered := orders(m.attributes)
	if ordered {
		c.Criterion, c.Goal = m.terms.Criterion, m.goal
		g.adapt, g.strict = m.terms.Adapt, m.terms.Unmet == config.RefuseUnmet
		g.orders++
	}
	old := g.tenant.Config().Criterion.String()
	if err := g.tenant.Apply(c); err != nil {
		panic(err) // of a configuration that has been checked
	}
	neighbours := m.seek.foreign != g.seek.foreign
	g.seek = m.seek
	g.tenant.Crowd(m.seek.foreign)
	if ordered {
		g.assign(ctx)
	}
	g.as.Weight, g.as.Room = m.terms.Share, g.tenant.Room()
	ctx.Send(g.scheduler, scheduler.Change{Tenant: g.index(), Weight: g.as.Weight, Room: g.as.Room})
	g.publish(func(i *wire.TenantInfo) {
		i.Weight = m.terms.Share
		i.Share, i.DeadlineNs, i.Queue, i.Overflow = m.guarantee, int64(c.Deadline), uint32(c.Queue), wire.Overflow(c.Overflow)
	})
	if len(m.attributes) > 0 {
		event.Emit(g.log, event.TenantChanged{Tenant: c.Name, Attributes: m.attributes, By: m.by})
	}
	if ordered {
		g.chosen("the configuration has another objective", old)
	}
	switch {
	case len(m.attributes) > 0:
		g.demand(ctx, changedWords(m.attributes, m.by))
	case neighbours:
		g.demand(ctx, "others have another longest segment, behind which it waits")
	}
}

// changedWords say which terms of a tenant are others, and by whose order.
func changedWords(attributes []string, by string) string {
	verb, order := "has", "in the configuration"
	if len(attributes) > 1 {
		verb = "have"
	}
	if by != "" {
		order = "by order of " + by
	}
	return fmt.Sprintf("its %s %s changed %s", strings.Join(attributes, " and "), verb, order)
}

// orders says whether attributes that are not as they were say when requests stop.
func orders(attributes []string) bool {
	return slices.ContainsFunc(attributes, func(a string) bool { return a == "exit_when" || a == "objective" || a == "adapt" || a == "unmet" })
}

// publish replaces the terms by changed ones, with the criterion that is in force.
func (g *guest) publish(change func(*wire.TenantInfo)) {
	t := proto.Clone(g.terms.Load()).(*wire.TenantInfo)
	t.Criterion, t.CriterionVersion = g.tenant.Config().Criterion.String(), g.tenant.Version()
	g.describePlan(t)
	change(t)
	g.terms.Store(t)
}

// maxParsed bounds the criteria of single requests that are remembered: apps send few different ones, again and again.
const maxParsed = 64

// ownTerms is the criterion that a request brings, or that its bounds lead to; nil when it brings neither.
func (g *guest) ownTerms(m *wire.Infer, r *request) (c *criteria.Criterion, refusal *tenants.Refusal) {
	if len(m.GetBounds()) == 0 {
		return g.ownCriterion(m.GetCriterion())
	}
	if m.GetCriterion() != "" {
		return nil, &tenants.Refusal{Code: tenants.InvalidArgument, Message: "the request has a criterion and bounds: leave one of them out"}
	}
	b, refusal := g.withinBounds(m.GetBounds())
	r.unmet = b.unmet
	return b.criterion, refusal
}

func (g *guest) ownCriterion(source string) (*criteria.Criterion, *tenants.Refusal) {
	if source == "" {
		return nil, nil
	}
	if c := g.parsed[source]; c != nil {
		return c, nil
	}
	c, refusal := g.parse(source)
	if refusal != nil {
		return nil, refusal
	}
	if len(g.parsed) >= maxParsed {
		clear(g.parsed)
	}
	g.parsed[source] = c
	return c, nil
}

func (g *guest) parse(source string) (*criteria.Criterion, *tenants.Refusal) {
	c, diags := criteria.Parse(source, len(g.backend.Model().Exits), g.have)
	if diags.HasErrors() {
		return nil, &tenants.Refusal{Code: tenants.InvalidArgument, Message: "the criterion: " + criteria.Explain(source, diags)}
	}
	return c, nil
}

func (g *guest) setCriterion(ctx actor.Context, m *wire.SetCriterion) {
	c := criteria.Never()
	if m.GetCriterion() != "" {
		var refusal *tenants.Refusal
		if c, refusal = g.parse(m.GetCriterion()); refusal != nil {
			event.Emit(g.log, event.CriterionRefused{
				Tenant: m.GetTenant(), App: ctx.Sender().GetAddress(), Criterion: m.GetCriterion(), Code: wire.Code(refusal.Code).String(), Message: refusal.Message,
			})
			ctx.Send(ctx.Sender(), refused(m.GetId(), refusal))
			return
		}
	}
	old := g.tenant.Config().Criterion.String()
	version := g.tenant.SetCriterion(c)
	g.orders++
	g.adapt = config.AdaptNone
	clear(g.bounded)
	g.publish(func(*wire.TenantInfo) {})
	event.Emit(g.log, event.CriterionChanged{
		Tenant: m.GetTenant(), App: ctx.Sender().GetAddress(), Old: old, New: c.String(), Version: version,
	})
	g.demand(ctx, "its criterion has changed")
	ctx.Send(ctx.Sender(), &wire.CriterionSet{Id: m.GetId(), Version: version, Criterion: c.String()})
}
