package actors

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/tenants"
)

// reception is the well-known actor that apps send to. It passes messages to their tenants and never waits.
type reception struct {
	node      string
	version   string
	rules     *wire.Rules
	gate      gate
	orders    *actor.PID // carries out what has passed the gate
	largest   uint64     // bytes of the largest message that the node reads
	residents map[string]resident
	seats     *seats
	clock     clock
	log       *event.Log
}

// resident is a tenant as the reception knows it.
type resident struct {
	pid    *actor.PID
	terms  *terms
	labels []string
}

// info describes a tenant with its labels.
func (r *resident) info() *wire.TenantInfo {
	t := proto.Clone(r.terms.Load()).(*wire.TenantInfo)
	t.Labels = r.labels
	return t
}

// admission makes a tenant known.
type admission struct {
	name string
	resident
}

// eviction makes a tenant unknown, and removes it. What its apps have sent before is in its mailbox by then.
type eviction struct {
	name string
	by   string // address of the administrator who ordered it; "": a reload did
}

// amendment tells a tenant its terms, behind what its apps have sent before.
type amendment struct {
	terms      *config.Tenant
	guarantee  float64 // its part of all shares
	seek       *seeker
	goal       *tenants.Goal // that other terms lead to; nil: none
	attributes []string      // that are not as they were
	by         string        // as in an eviction
}

// standing is what holds for the node as a whole from now on.
type standing struct {
	token config.Token
	rules *wire.Rules
}

func standingOf(c *config.Config) standing {
	return standing{c.Node.Token, &wire.Rules{Policy: string(c.Scheduler.Policy), Fairness: c.Scheduler.Fairness, Budget: c.Scheduler.Budget}}
}

// messages are the types that may come through the door.
func messages() []proto.Message {
	return []proto.Message{
		&wire.Infer{}, &wire.Cancel{}, &wire.SetCriterion{}, &wire.SetObjective{}, &wire.Describe{}, &wire.Watch{},
		&wire.AddTenant{}, &wire.RemoveTenant{}, &wire.SetShare{}, &wire.SetRules{}, &wire.SetLogLevel{},
	}
}

// numbered is what all messages have.
type numbered interface {
	proto.Message
	GetId() uint64
}

// addressed is what all messages to a tenant have.
type addressed interface {
	numbered
	GetTenant() string
}

// Receive implements actor.Actor.
func (r *reception) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *door.Arrival:
		r.arrived(ctx, m)
	case gone:
		for _, guest := range r.seats.all() { // those that are leaving, too
			ctx.Send(guest, m)
		}
	case admission:
		r.residents[m.name] = m.resident
	case eviction:
		ctx.Send(r.residents[m.name].pid, m)
		delete(r.residents, m.name)
	case amendment:
		ctx.Send(r.residents[m.terms.Name].pid, m)
	case standing:
		r.gate.token, r.rules = m.token, m.rules
	case carriedOut:
		r.confirm(ctx, m)
	}
}

// arrived ends a message, unless its tenant does.
func (r *reception) arrived(ctx actor.Context, a *door.Arrival) {
	passedOn := false
	defer func() {
		if !passedOn {
			a.Done()
		}
	}()
	defer survive(ctx, r.log, a)
	m, ok := a.Body.(addressed)
	order, administrative := a.Body.(administrative)
	switch {
	case errors.Is(a.Err, door.ErrUnknown):
		r.refuse(ctx, &wire.Describe{Id: a.ID}, tenants.Unimplemented, a.Err.Error()+"; the app is newer than the node")
	case administrative && a.Err == nil:
		passedOn = r.administer(ctx, a, order)
	case administrative:
		r.refuse(ctx, &wire.Describe{Id: order.GetId()}, tenants.InvalidArgument, r.unreadable(a.Err))
	case !ok:
		event.Emit(r.log, event.MessageUnexpected{Type: fmt.Sprintf("%T", a.Body)})
	case a.Err != nil:
		r.refuse(ctx, m, tenants.InvalidArgument, r.unreadable(a.Err))
	default:
		passedOn = r.route(ctx, m)
	}
}

// route answers a message or passes it on to its tenant, and says whether it did that.
func (r *reception) route(ctx actor.Context, m addressed) (passedOn bool) {
	ask, describe := m.(*wire.Describe)
	t, known := r.residents[m.GetTenant()]
	switch {
	case describe && m.GetTenant() == "":
		ctx.Send(ctx.Sender(), r.describe(m.GetId(), r.all(ask)...))
	case !known:
		r.refuse(ctx, m, tenants.NotFound, fmt.Sprintf("there is no tenant %.64q here%s", m.GetTenant(), config.Served(r.names())))
	case describe:
		ctx.Send(ctx.Sender(), r.describe(m.GetId(), t.info()))
	default:
		ctx.Forward(t.pid)
		return true
	}
	return false
}

// administer refuses an order or has it carried out, and says whether it did that.
func (r *reception) administer(ctx actor.Context, a *door.Arrival, m administrative) (passedOn bool) {
	if refusal := r.gate.refusal(a, m, r.clock.now()); refusal != nil {
		event.Emit(r.log, event.AdminRefused{
			App: ctx.Sender().GetAddress(), Order: orderName(m), Code: wire.Code(refusal.Code).String(), Message: refusal.Message,
		})
		ctx.Send(ctx.Sender(), refused(m.GetId(), refusal))
		return false
	}
	ctx.Forward(r.orders)
	return true
}

// confirm answers an order with what is in force.
func (r *reception) confirm(ctx actor.Context, d carriedOut) {
	answer := &wire.Administered{Id: d.id, Rules: r.rules, Warnings: d.warnings}
	if t, ok := r.residents[d.tenant]; ok {
		answer.Tenant = t.info()
	}
	ctx.Send(d.app, answer)
}

func (r *reception) unreadable(err error) string {
	if errors.Is(err, door.ErrOversized) {
		return fmt.Sprintf("%v: at most %d bytes", err, r.largest)
	}
	return "the message could not be decoded: " + err.Error()
}

// refuse answers a message that reaches no tenant. A Cancel has no answer: its id is that of the request.
func (r *reception) refuse(ctx actor.Context, m addressed, code tenants.Code, why string) {
	if _, ok := m.(*wire.Cancel); ok {
		return
	}
	event.Emit(r.log, event.RequestRefused{
		Tenant: m.GetTenant(), ID: event.ID(m.GetId()), App: ctx.Sender().GetAddress(), Code: wire.Code(code).String(), Message: why,
	})
	ctx.Send(ctx.Sender(), &wire.Refused{Id: m.GetId(), Code: wire.Code(code), Message: why})
}

func (r *reception) describe(id uint64, described ...*wire.TenantInfo) *wire.Description {
	return &wire.Description{
		Id: id, Node: r.node, Version: r.version, MaxMessageBytes: r.largest, NowNs: r.clock.wall(), Rules: r.rules, Tenants: described,
	}
}

// all are the tenants for a description of the node, unless that is to do without them. All their labels would be more than an
// app reads.
func (r *reception) all(m *wire.Describe) []*wire.TenantInfo {
	if m.GetWithoutTenants() {
		return nil
	}
	var all []*wire.TenantInfo
	for _, name := range r.names() {
		all = append(all, r.residents[name].terms.Load())
	}
	return all
}

func (r *reception) names() []string { return slices.Sorted(maps.Keys(r.residents)) }
