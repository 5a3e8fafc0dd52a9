package actors

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/tenants"
)

// administrative is what all orders of an administrator have.
type administrative interface {
	numbered
	GetToken() string
}

// administration is the actor that carries orders out, one after the other. It may wait, as nobody else may: an order takes as
// long as a search for operating points, or as a reload that came before it.
type administration struct {
	node    *Node
	waiting *atomic.Int32 // orders in the mailbox, the one that is carried out included
	log     *event.Log
}

// mostOrders is how many orders may wait.
const mostOrders = 16

// carriedOut has the reception answer an order.
type carriedOut struct {
	id       uint64
	app      *actor.PID
	tenant   string // that it was about
	warnings []string
}

// Receive implements actor.Actor.
func (a *administration) Receive(ctx actor.Context) {
	arrival, ok := ctx.Message().(*door.Arrival)
	if !ok {
		return
	}
	defer a.waiting.Add(-1)
	defer arrival.Done()
	defer survive(ctx, a.log, arrival)
	m := arrival.Body.(administrative) // the reception has seen to it
	done := carriedOut{id: m.GetId(), app: ctx.Sender()}
	as, err := done.read(m, a.node.inForce())
	if err == nil {
		err = a.node.amend(ctx.Sender().GetAddress(), as)
	}
	if err != nil {
		r := unamended(err)
		event.Emit(a.log, event.AdminRefused{
			App: ctx.Sender().GetAddress(), Order: orderName(m), Code: wire.Code(r.Code).String(), Message: r.Message,
		})
		ctx.Send(ctx.Sender(), refused(m.GetId(), r))
		return
	}
	ctx.Send(a.node.reception, done)
}

// amended is what an order makes of the configuration in force.
type amended func(*config.Config) (*config.Config, error)

// read understands an order. A tenant's source is a stranger's, and it is parsed here, before the node is locked: all that it
// refers to is models, which stay as they are while the node runs.
func (d *carriedOut) read(order administrative, now *config.Config) (amended, error) {
	switch m := order.(type) {
	case *wire.AddTenant:
		t, diags := config.ParseTenant(m.GetSource(), now)
		if diags.HasErrors() {
			return nil, errors.New("the tenant: " + criteria.Explain(m.GetSource(), diags))
		}
		d.tenant = t.Name
		for _, w := range diags {
			d.warnings = append(d.warnings, sound(w.Summary+": "+w.Detail))
		}
		return func(c *config.Config) (*config.Config, error) { return c.With(t) }, nil
	case *wire.RemoveTenant:
		return func(c *config.Config) (*config.Config, error) { return c.Without(m.GetTenant()) }, nil
	case *wire.SetShare:
		d.tenant = m.GetTenant()
		return func(c *config.Config) (*config.Config, error) { return c.WithShare(m.GetTenant(), m.GetShare()) }, nil
	case *wire.SetLogLevel:
		return func(c *config.Config) (*config.Config, error) { return c.WithLogLevel(m.GetLevel()) }, nil
	case *wire.SetRules:
		return func(c *config.Config) (*config.Config, error) { return withRules(c, m) }, nil
	}
	return nil, errors.ErrUnsupported
}

// withRules is a configuration with the rules that an order gives, and those that are in force where it gives none.
func withRules(c *config.Config, m *wire.SetRules) (*config.Config, error) {
	policy, fairness, budget := c.Scheduler.Policy, c.Scheduler.Fairness, c.Scheduler.Budget
	if m.GetPolicy() != "" {
		policy = scheduler.Policy(m.GetPolicy())
	}
	if m.Fairness != nil {
		fairness = m.GetFairness()
	}
	if m.Budget != nil {
		budget = m.GetBudget()
	}
	return c.WithRules(policy, fairness, budget)
}

// unamended says why an order is not carried out.
func unamended(err error) *tenants.Refusal {
	r := &tenants.Refusal{Code: tenants.InvalidArgument, Message: err.Error()}
	switch {
	case errors.Is(err, ErrStopping):
		r.Code, r.RetryAfter = tenants.Unavailable, time.Second
	case errors.Is(err, config.ErrNoTenant):
		r.Code = tenants.NotFound
	case errors.Is(err, config.ErrExists):
		r.Code = tenants.Exists
	case errors.Is(err, config.ErrRoom):
		r.Code = tenants.Exhausted
	case errors.Is(err, config.ErrLast):
		r.Code = tenants.Precondition
	case errors.Is(err, errors.ErrUnsupported):
		r.Code = tenants.Unimplemented
	}
	return r
}

// orderName is what an order is called.
func orderName(m administrative) string {
	return string(m.ProtoReflect().Descriptor().Name())
}

// gate lets orders pass that have the token. It is the reception's.
type gate struct {
	token   config.Token
	guesses guesses
	waiting *atomic.Int32
}

const noToken = "this node takes no orders: it has no token. Write one to a file and name that as admin_token_file in the node block of the configuration, then reload it"

// refusal says why an order may not pass, if so. One that passes is counted.
func (g *gate) refusal(a *door.Arrival, m administrative, now time.Duration) *tenants.Refusal {
	wait, right := g.guesses.wait(a.Host, now), g.token.Is(m.GetToken())
	switch {
	case !g.token.Given():
		return &tenants.Refusal{Code: tenants.Denied, Message: noToken}
	case !right && wait > 0:
		return &tenants.Refusal{Code: tenants.Exhausted, RetryAfter: wait, Message: "too many wrong tokens have come from your host, and this is another one"}
	case !right:
		g.guesses.wrong(a.Host, now)
		return &tenants.Refusal{Code: tenants.Unauthenticated, Message: "the order has no token, or one that is not the node's: it is in the file that admin_token_file in the node's configuration names"}
	case g.waiting.Add(1) > mostOrders:
		g.waiting.Add(-1)
		return &tenants.Refusal{Code: tenants.Exhausted, RetryAfter: time.Second, Message: "too many orders wait: give yours again"}
	}
	return nil
}
