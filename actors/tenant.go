package actors

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/profile"
	"github.com/delen-edge/delen/tenants"
)

// guest is a tenant actor: it owns a tenant and the requests of its apps that have no answer yet.
type guest struct {
	tenant    *tenants.Tenant
	terms     *terms
	backend   stages.Backend
	have      criteria.Set
	source    wire.Source // of the energy figures
	labels    []string
	as        scheduler.Tenant // as the scheduler knows it
	slots     int
	seek      *seeker
	clock     clock
	numbers   *numbers
	scheduler *actor.PID
	planning  *actor.PID
	seats     *seats
	log       *event.Log

	open     map[uint64]*request      // by ticket
	inside   map[uint64]*door.Arrival // by ticket, until its memory is released
	byName   map[name]*request
	watches  map[name]*watch
	parsed   map[string]*criteria.Criterion
	bounded  map[string]bounded // the criteria of bounds that single requests have brought, under the plan of the moment
	orders   uint64             // of criteria and objectives
	seeking  *order             // whose goal is being looked for; nil: none
	began    time.Duration      // when the last search did
	rested   time.Duration      // when the next may
	adapt    profile.Policy     // of a tenant without an objective: config.AdaptNone, or profile.Full
	strict   bool               // what an objective of an app that says nothing of it does with an unmet bound
	looks    *looks
	looking  bool // it is going to be asked to look
	refusing bool // requests are refused for a bound on accuracy, which has been told
	removed  bool
	remover  string // who has ordered that, as in an eviction
}

func (g *guest) name() string { return g.tenant.Config().Name }
func (g *guest) index() int   { return int(g.tenant.Config().Index) }

// name is how an app names a request: an id of its own.
type name struct {
	address, actor string
	id             uint64
}

// request is an app's side of a ticket.
type request struct {
	name   name
	ticket uint64
	sender *actor.PID
	wants  bool     // the outputs
	own    bool     // a criterion of its own, or bounds
	unmet  []string // of its bounds
	gone   bool     // its app has gone: nobody waits for an answer
}

// glance has a tenant look at its plan though nobody asks for anything.
type glance struct{}

// closing ends admission.
type closing struct{}

// gone says that an app cannot be answered any more.
type gone struct{ address string }

// Receive implements actor.Actor.
func (g *guest) Receive(ctx actor.Context) {
	g.receive(ctx)
	if g.tenant.Refuses() != g.refusing {
		g.tellRefusing()
	}
	if !g.looking && !g.removed && !g.tenant.Settled(g.clock.now()) {
		g.looking = true
		g.looks.ask(ctx.Self())
	}
}

func (g *guest) receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *door.Arrival:
		g.arrived(ctx, m)
	case scheduler.End:
		g.ended(ctx, m)
	case scheduler.Audited:
		g.audited(ctx, m)
	case scheduler.Release:
		g.tenant.Late(m.Busy)
		g.release(m.Ticket)
	case granted:
		g.granted(ctx, m)
	case gone:
		g.gone(ctx, m.address)
	case *actor.Started:
		g.chosen("the tenant has come", "")
		g.demand(ctx, "the tenant has come")
	case glance:
		g.looking = false
		g.follow(ctx, g.clock.now())
		g.remind(ctx, g.clock.now())
	case found:
		g.found(ctx, m)
	case report:
		g.report(ctx, m.name)
	case amendment:
		g.amend(ctx, m)
	case eviction:
		g.remover = m.by
		g.evict(ctx)
	case scheduler.Gone:
		g.vanish(ctx)
	case closing:
		g.tenant.Close()
		g.abandon(ctx, tenants.Unavailable, endings[tenants.Closed])
		g.unwatchAll(ctx, tenants.Unavailable, endings[tenants.Closed])
	case *actor.Stopped:
		g.abandon(ctx, tenants.Unavailable, endings[tenants.Closed])
		g.unwatchAll(ctx, tenants.Unavailable, endings[tenants.Closed])
		if !g.removed {
			event.Emit(g.log, event.TenantStopped{Tenant: g.name(), Account: g.account()})
		}
	}
}

// evict removes the tenant, as far as that can be done at once. No app's message comes after this.
func (g *guest) evict(ctx actor.Context) {
	g.tenant.Leave()
	g.abandon(ctx, tenants.NotFound, endings[tenants.Removed])
	g.unwatchAll(ctx, tenants.Canceled, endings[tenants.Removed])
	ctx.Send(g.scheduler, scheduler.Leave{Tenant: g.index()})
	ctx.Send(g.planning, departure{g.index()})
}

// vanish ends the tenant, of which nothing is left in the house.
func (g *guest) vanish(ctx actor.Context) {
	g.removed = true
	event.Emit(g.log, event.TenantRemoved{Tenant: g.name(), By: g.remover, Account: g.account()})
	g.seats.sit(g.index(), nil)
	ctx.Stop(ctx.Self())
}

// account is the tenant's as the log tells it.
func (g *guest) account() event.Account {
	a := g.tenant.Account()
	return event.Account{
		Admitted: a.Admitted, Refused: a.Refused, Exits: a.Exits, Expired: a.Ended[tenants.Expired],
		Shed: a.Ended[tenants.Shed], Cancelled: a.Ended[tenants.Cancelled],
		Failed: a.Ended[tenants.Broken] + a.Ended[tenants.Removed] + a.Ended[tenants.Closed],
		Busy:   a.Busy, Lost: len(g.open),
	}
}

// arrived ends a message, unless a ticket does.
func (g *guest) arrived(ctx actor.Context, a *door.Arrival) {
	admitted := false
	defer func() {
		if !admitted {
			a.Done()
		}
	}()
	defer survive(ctx, g.log, a)
	switch m := a.Body.(type) {
	case *wire.Infer:
		admitted = g.infer(ctx, a, m)
	case *wire.Cancel:
		g.cancel(ctx, named(ctx.Sender(), m.GetId()))
	case *wire.SetCriterion:
		g.setCriterion(ctx, m)
	case *wire.SetObjective:
		g.setObjective(ctx, m)
	case *wire.Watch:
		g.watch(ctx, m)
	}
}

// cancel gives up a request, or a watch.
func (g *guest) cancel(ctx actor.Context, n name) {
	if r := g.byName[n]; r != nil {
		ctx.Send(g.scheduler, scheduler.Cancel{Ticket: r.ticket})
	}
	if w := g.watches[n]; w != nil {
		g.unwatch(ctx, w, tenants.Canceled, "the watch was cancelled")
	}
}

// gone gives up the requests of an app, and its watches.
func (g *guest) gone(ctx actor.Context, address string) {
	for _, w := range g.watches {
		if w.name.address == address {
			g.forget(w, "the app has gone")
		}
	}
	for _, r := range g.open {
		if r.name.address == address {
			r.gone = true
			ctx.Send(g.scheduler, scheduler.Cancel{Ticket: r.ticket})
		}
	}
}

func named(sender *actor.PID, id uint64) name {
	return name{sender.GetAddress(), sender.GetId(), id}
}

// infer makes a ticket of a request, or refuses it.
func (g *guest) infer(ctx actor.Context, a *door.Arrival, m *wire.Infer) (admitted bool) {
	r := &request{name: named(ctx.Sender(), m.GetId()), sender: ctx.Sender(), wants: m.GetWantOutputs(), own: m.GetCriterion() != "" || len(m.GetBounds()) > 0}
	k, refusal := g.admit(a.At, m, r)
	if refusal != nil {
		event.Emit(g.log, event.RequestRefused{
			Tenant: m.GetTenant(), ID: event.ID(m.GetId()), App: r.name.address, Code: wire.Code(refusal.Code).String(), Message: refusal.Message,
		})
		ctx.Send(r.sender, refused(m.GetId(), refusal))
		return false
	}
	r.ticket = k.ID
	g.open[k.ID], g.byName[r.name], g.inside[k.ID] = r, r, a
	ctx.Send(g.scheduler, scheduler.Offer{Ticket: k})
	return true
}

func (g *guest) admit(at time.Time, m *wire.Infer, r *request) (*tenants.Ticket, *tenants.Refusal) {
	if m.GetVersion() != wire.Version {
		return nil, g.tenant.Refuse(&tenants.Refusal{Code: tenants.Unimplemented,
			Message: fmt.Sprintf("version %d of the contract is not spoken here, version %d is", m.GetVersion(), wire.Version)})
	}
	if g.inFlight(r.name) {
		return nil, g.tenant.Refuse(&tenants.Refusal{Code: tenants.InvalidArgument, Message: inFlight})
	}
	own, refusal := g.ownTerms(m, r)
	if refusal != nil {
		return nil, g.tenant.Refuse(refusal)
	}
	arrived := g.clock.at(at)
	sent := arrived
	if m.GetSentAtNs() > 0 {
		sent = g.clock.house(m.GetSentAtNs())
	}
	q := tenants.Request{ID: g.numbers.next(), Arrived: arrived, Sent: sent, Timeout: time.Duration(m.GetTimeoutNs()), Criterion: own}
	for _, t := range m.GetInputs() {
		q.Inputs = append(q.Inputs, tenants.Input{Name: t.GetName(), Type: dtype(t.GetDtype()), Shape: t.GetShape(), Data: t.GetData()})
	}
	return g.tenant.Admit(g.clock.now(), q)
}

const inFlight = "a request with this id is still in flight: give every request an id of its own"

func (g *guest) inFlight(n name) bool { return g.byName[n] != nil || g.watches[n] != nil }

// dtype is a wire type as the stages know it, 0 when it is not served: a peer's number may not even fit.
func dtype(t wire.DType) stages.DType {
	if t.Size() == 0 {
		return 0
	}
	return stages.DType(t)
}

// ended answers a request and books its ticket.
func (g *guest) ended(ctx actor.Context, e scheduler.End) {
	now := g.clock.now()
	r := g.open[e.Ticket.ID]
	delete(g.open, e.Ticket.ID)
	delete(g.byName, r.name)
	g.tenant.Ended(now, e.Ticket, e.Reason)
	g.record(now, r, e)
	g.heard(ctx, e)
	g.follow(ctx, now)
	g.remind(ctx, now)
	switch {
	case r.gone: // an answer would only have us dial an app that is not there
	case e.Reason.Answered():
		ctx.Send(r.sender, g.answer(now, r, e))
	default:
		ctx.Send(r.sender, failed(r.name.id, e))
	}
	switch {
	case !e.Running:
		g.release(e.Ticket)
	case e.Reason == tenants.ByCriterion: // it is audited, and the first segment has taken the input
		a := g.inside[e.Ticket.ID]
		a.Body = nil
		a.Done()
	}
}

// release gives a ticket's memory back. It is the only place that does.
func (g *guest) release(k *tenants.Ticket) {
	g.backend.Free(k.Carry)
	k.Carry = nil
	g.inside[k.ID].Done()
	delete(g.inside, k.ID)
	g.tenant.Recycle(k)
}

// record logs how a request ended.
func (g *guest) record(now time.Duration, r *request, e scheduler.End) {
	k := e.Ticket
	switch {
	case e.Reason == tenants.Broken:
		event.Emit(g.log, event.RequestFailed{Tenant: g.name(), ID: event.ID(r.name.id), App: r.name.address, Error: e.Err})
	case e.Reason == tenants.Shed:
		event.Emit(g.log, event.RequestShed{Tenant: g.name(), ID: event.ID(r.name.id), App: r.name.address, Waited: now - k.Arrived})
	case event.On[event.RequestEnded](g.log):
		event.Emit(g.log, event.RequestEnded{
			Tenant: g.name(), ID: event.ID(r.name.id), Ticket: k.ID, App: r.name.address, Reason: e.Reason.String(), Exit: k.Exit,
			Confidence: k.Reading.Confidence, Response: now - k.Arrived, Busy: k.Busy,
		})
	}
}
