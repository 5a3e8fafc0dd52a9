package actors

import (
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages"
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
	clock     clock
	numbers   *numbers
	scheduler *actor.PID
	log       *event.Log

	open   map[uint64]*request      // by ticket
	inside map[uint64]*door.Arrival // by ticket, until its memory is released
	byName map[name]*request
	parsed map[string]*criteria.Criterion
}

// terms is what a tenant publishes of itself: the actor replaces the description, others read it.
type terms struct {
	atomic.Pointer[wire.TenantInfo]
}

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
	wants  bool // the outputs
	own    bool // a criterion of its own
	gone   bool // its app has gone: nobody waits for an answer
}

// closing ends admission.
type closing struct{}

// gone says that an app cannot be answered any more.
type gone struct{ address string }

// Receive implements actor.Actor.
func (g *guest) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *door.Arrival:
		g.arrived(ctx, m)
	case scheduler.End:
		g.ended(ctx, m)
	case scheduler.Release:
		g.tenant.Late(m.Busy)
		g.release(m.Ticket)
	case gone:
		g.gone(ctx, m.address)
	case closing:
		g.tenant.Close()
	case *actor.Stopped:
		event.Emit(g.log, event.TenantStopped{Tenant: g.tenant.Config().Name, Account: g.account()})
	}
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
	switch m := a.Body.(type) {
	case *wire.Infer:
		admitted = g.infer(ctx, a, m)
	case *wire.Cancel:
		if r := g.byName[named(ctx.Sender(), m.GetId())]; r != nil {
			ctx.Send(g.scheduler, scheduler.Cancel{Ticket: r.ticket})
		}
	case *wire.SetCriterion:
		g.setCriterion(ctx, m)
	}
}

// gone gives up the requests of an app.
func (g *guest) gone(ctx actor.Context, address string) {
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
	r := &request{name: named(ctx.Sender(), m.GetId()), sender: ctx.Sender(), wants: m.GetWantOutputs(), own: m.GetCriterion() != ""}
	k, refusal := g.admit(a.At, m, r)
	if refusal != nil {
		event.Emit(g.log, event.RequestRefused{
			Tenant: m.GetTenant(), ID: m.GetId(), App: r.name.address, Code: wire.Code(refusal.Code).String(), Message: refusal.Message,
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
	if g.byName[r.name] != nil {
		return nil, g.tenant.Refuse(&tenants.Refusal{Code: tenants.InvalidArgument,
			Message: "a request with this id is still in flight: give every request an id of its own"})
	}
	own, refusal := g.ownCriterion(m.GetCriterion())
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

// dtype is a wire type as the stages know it, 0 when it is not served: a peer's number may not even fit.
func dtype(t wire.DType) stages.DType {
	if t.Size() == 0 {
		return 0
	}
	return stages.DType(t)
}

// maxParsed bounds the criteria of single requests that are remembered: apps send few different ones, again and again.
const maxParsed = 64

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
		return nil, &tenants.Refusal{Code: tenants.InvalidArgument, Message: "the criterion: " + diags.Error()}
	}
	return c, nil
}

func (g *guest) setCriterion(ctx actor.Context, m *wire.SetCriterion) {
	c := criteria.Never()
	if m.GetCriterion() != "" {
		var refusal *tenants.Refusal
		if c, refusal = g.parse(m.GetCriterion()); refusal != nil {
			ctx.Send(ctx.Sender(), refused(m.GetId(), refusal))
			return
		}
	}
	old := g.tenant.Config().Criterion.String()
	version := g.tenant.SetCriterion(c)
	info := proto.Clone(g.terms.Load()).(*wire.TenantInfo)
	info.Criterion, info.CriterionVersion = c.String(), version
	g.terms.Store(info)
	event.Emit(g.log, event.CriterionChanged{
		Tenant: m.GetTenant(), App: ctx.Sender().GetAddress(), Old: old, New: c.String(), Version: version,
	})
	ctx.Send(ctx.Sender(), &wire.CriterionSet{Id: m.GetId(), Version: version, Criterion: c.String()})
}

// ended answers a request and books its ticket.
func (g *guest) ended(ctx actor.Context, e scheduler.End) {
	now := g.clock.now()
	r := g.open[e.Ticket.ID]
	delete(g.open, e.Ticket.ID)
	delete(g.byName, r.name)
	g.tenant.Ended(now, e.Ticket, e.Reason)
	g.record(now, r, e)
	switch {
	case r.gone: // an answer would only have us dial an app that is not there
	case e.Reason.Answered():
		ctx.Send(r.sender, g.answer(now, r, e))
	default:
		ctx.Send(r.sender, failed(r.name.id, e))
	}
	if !e.Running {
		g.release(e.Ticket)
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

func (g *guest) record(now time.Duration, r *request, e scheduler.End) {
	if e.Reason == tenants.Broken {
		event.Emit(g.log, event.RequestFailed{Tenant: g.tenant.Config().Name, ID: r.name.id, App: r.name.address, Error: e.Err})
		return
	}
	if event.On[event.RequestEnded](g.log) {
		k := e.Ticket
		event.Emit(g.log, event.RequestEnded{
			Tenant: g.tenant.Config().Name, ID: r.name.id, Ticket: k.ID, App: r.name.address, Reason: e.Reason.String(), Exit: k.Exit,
			Confidence: k.Reading.Confidence, Response: now - k.Arrived, Busy: k.Busy,
		})
	}
}

func (g *guest) answer(now time.Duration, r *request, e scheduler.End) *wire.Inferred {
	k := e.Ticket
	response := now - k.Arrived
	a := &wire.Inferred{
		Id: r.name.id, Exit: uint32(k.Exit), Reason: wireReasons[e.Reason], Predicted: int32(k.Reading.Predicted),
		Confidence: k.Reading.Confidence, Entropy: k.Reading.Entropy, Margin: k.Reading.Margin,
		ResponseNs: int64(response), QueueNs: int64(max(0, response-k.Busy)), BusyNs: int64(k.Busy),
		EnergyJ: k.Seen[criteria.Energy], EnergySource: g.source, Flops: k.Seen[criteria.FLOPs], CriterionVersion: k.Version,
	}
	if math.IsNaN(a.EnergyJ) {
		a.EnergySource = wire.Source_NONE
	}
	if r.own {
		a.CriterionVersion = 0
	}
	if k.Reading.Predicted < len(g.labels) {
		a.Label = g.labels[k.Reading.Predicted]
	}
	if r.wants {
		model := g.backend.Model()
		t := k.Carry.Tensors[model.Segments[k.Exit-1].Exit]
		a.Outputs = []*wire.Tensor{{
			Name: t.Info.Name, Dtype: wire.DType(t.Info.Type), Shape: append([]int64{1}, t.Info.Shape...),
			Data: append([]byte(nil), t.Data...),
		}}
	}
	return a
}

var wireReasons = map[tenants.Reason]wire.Reason{
	tenants.ByCriterion: wire.Reason_CRITERION,
	tenants.ByLastExit:  wire.Reason_LAST_EXIT,
	tenants.ByDeadline:  wire.Reason_DEADLINE,
	tenants.ByOverflow:  wire.Reason_OVERFLOW,
	tenants.ByRemoval:   wire.Reason_REMOVED,
}

func refused(id uint64, r *tenants.Refusal) *wire.Refused {
	return &wire.Refused{Id: id, Code: wire.Code(r.Code), Message: r.Message, RetryAfterNs: int64(r.RetryAfter)}
}

// endings are the messages of tickets that end without an answer and without an error of their own.
var endings = map[tenants.Reason]string{
	tenants.Expired:   "the deadline came before the first exit had an answer",
	tenants.Shed:      "a newer request took its place: the tenant's queue is full and drops the oldest",
	tenants.Removed:   "the tenant was removed from the node",
	tenants.Cancelled: "the request was cancelled",
	tenants.Closed:    "the node is stopping",
}

func failed(id uint64, e scheduler.End) *wire.Failed {
	f := &wire.Failed{Id: id, Code: wire.Code(e.Reason.Code()), Message: endings[e.Reason]}
	if e.Err != nil {
		f.Message = e.Err.Error()
	}
	if errors.Is(e.Err, stages.ErrMemory) {
		f.Code = wire.Code_RESOURCE_EXHAUSTED
	}
	return f
}
