package actors

import (
	"errors"
	"fmt"
	"slices"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/tenants"
)

// reception is the well-known actor that apps send to. It passes messages to their tenants and never waits.
type reception struct {
	node    string
	version string
	largest uint64 // bytes of the largest message that the node reads
	guests  map[string]*actor.PID
	terms   []*terms // by tenant, in the order of the configuration
	clock   clock
	log     *event.Log
}

// messages are the types that may come through the door.
func messages() []proto.Message {
	return []proto.Message{&wire.Infer{}, &wire.Cancel{}, &wire.SetCriterion{}, &wire.Describe{}}
}

// addressed is what all messages to a tenant have.
type addressed interface {
	GetId() uint64
	GetTenant() string
}

// Receive implements actor.Actor.
func (r *reception) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *door.Arrival:
		r.arrived(ctx, m)
	case gone:
		for _, guest := range r.guests {
			ctx.Send(guest, m)
		}
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
	m, ok := a.Body.(addressed)
	switch {
	case errors.Is(a.Err, door.ErrUnknown):
		r.refuse(ctx, &wire.Describe{Id: a.ID}, tenants.Unimplemented, a.Err.Error()+"; the app is newer than the node")
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
	if _, ok := m.(*wire.Describe); ok && m.GetTenant() == "" {
		ctx.Send(ctx.Sender(), r.describe(m.GetId(), r.terms...))
		return false
	}
	guest := r.guests[m.GetTenant()]
	if guest == nil {
		r.refuse(ctx, m, tenants.NotFound, fmt.Sprintf("there is no tenant %.64q here", m.GetTenant()))
		return false
	}
	if _, ok := m.(*wire.Describe); ok {
		at := slices.IndexFunc(r.terms, func(t *terms) bool { return t.Load().GetName() == m.GetTenant() })
		ctx.Send(ctx.Sender(), r.describe(m.GetId(), r.terms[at]))
		return false
	}
	ctx.Forward(guest)
	return true
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
		Tenant: m.GetTenant(), ID: m.GetId(), App: ctx.Sender().GetAddress(), Code: wire.Code(code).String(), Message: why,
	})
	ctx.Send(ctx.Sender(), &wire.Refused{Id: m.GetId(), Code: wire.Code(code), Message: why})
}

func (r *reception) describe(id uint64, all ...*terms) *wire.Description {
	d := &wire.Description{Id: id, Node: r.node, Version: r.version, MaxMessageBytes: r.largest, NowNs: r.clock.wall()}
	for _, t := range all {
		d.Tenants = append(d.Tenants, t.Load())
	}
	return d
}
