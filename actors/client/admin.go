package client

import (
	"context"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/wire"
)

// Admin gives orders to a node, whose token it knows. It is safe for concurrent use. What it orders holds until another order,
// or until the node reads its configuration anew. The token goes to the node as it is: over a network that others listen on,
// put a tunnel around the connection.
type Admin struct {
	client *Client
	token  string
}

// Admin makes an administrator of a client.
func (cl *Client) Admin(token string) *Admin { return &Admin{cl, token} }

// AddTenant has the node serve one more tenant, from the source of its block. The answer has the tenant, and what is hardly
// meant in the source.
func (a *Admin) AddTenant(ctx context.Context, source string) (*wire.Administered, error) {
	return a.order(ctx, func(id uint64) proto.Message { return &wire.AddTenant{Id: id, Token: a.token, Source: source} })
}

// RemoveTenant has the node serve a tenant no longer. When it returns nobody is admitted any more; what the tenant has in the
// house may still be on its way to its end.
func (a *Admin) RemoveTenant(ctx context.Context, tenant string) error {
	_, err := a.order(ctx, func(id uint64) proto.Message { return &wire.RemoveTenant{Id: id, Token: a.token, Tenant: tenant} })
	return err
}

// SetShare gives a tenant another share, a weight from 0.001 to 1e6.
func (a *Admin) SetShare(ctx context.Context, tenant string, share float64) (*wire.Administered, error) {
	return a.order(ctx, func(id uint64) proto.Message {
		return &wire.SetShare{Id: id, Token: a.token, Tenant: tenant, Share: share}
	})
}

// Rules say how a node gives its slots away, and within which budget. What is not said stays as it is.
type Rules struct {
	Policy   string   // "cooperative", "non-cooperative" or "first-come"; empty: not said
	Fairness *float64 // what shares are parts of: time at 1, energy at 0, and a mixture between them; nil: not said
	Budget   *float64 // how many W beyond idle the plan may spend, 0.001 to 1e5, or 0 for as many as it likes; nil: not said
}

// SetRules changes how slots are given away, or the budget, and gives what holds from now on.
func (a *Admin) SetRules(ctx context.Context, r Rules) (*wire.Rules, error) {
	done, err := a.order(ctx, func(id uint64) proto.Message {
		return &wire.SetRules{Id: id, Token: a.token, Policy: r.Policy, Fairness: r.Fairness, Budget: r.Budget}
	})
	return done.GetRules(), err
}

// SetLogLevel says from which level on the node logs events: "debug", "info", "warn" or "error".
func (a *Admin) SetLogLevel(ctx context.Context, level string) error {
	_, err := a.order(ctx, func(id uint64) proto.Message { return &wire.SetLogLevel{Id: id, Token: a.token, Level: level} })
	return err
}

func (a *Admin) order(ctx context.Context, message func(id uint64) proto.Message) (*wire.Administered, error) {
	if !utf8.ValidString(a.token) { // before anybody would say so, and repeat it
		return nil, &Error{Code: wire.Code_UNAUTHENTICATED, Refused: true, Message: "the token is no text in UTF-8"}
	}
	m, err := a.client.call(ctx, func(id uint64, _ int64) proto.Message { return message(id) }, nil)
	if err != nil {
		return nil, err
	}
	done, ok := m.(*wire.Administered)
	if !ok {
		return nil, unexpected(m)
	}
	return done, nil
}
