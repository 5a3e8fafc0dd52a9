package actors

import (
	"errors"

	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
)

// open starts the remoting behind the door.
func (n *Node) open() (err error) {
	log := n.log.Named("door")
	n.payers.Store(newPayers(n.config))
	entrance := door.Config{
		Messages: messages(), Target: wire.Root, Self: n.system.Address, MaxMessage: n.maxMessage(),
		Payer:  func(m proto.Message) string { return n.payers.Load().of(m) },
		Budget: func(string) int { return n.payers.Load().part },
		Report: turnedAway(log), Paused: paused(log), Gone: n.gone,
	}
	n.system.EventStream.Subscribe(n.peer)
	n.door, err = entrance.Open(n.system, n.config.Node.Listen, n.config.Node.Advertise)
	return err
}

// payers are the tenants, each of whom pays for what its apps have in the house. What belongs to none of them is on a
// common account, which has a part like theirs.
type payers struct {
	names map[string]bool
	part  int // bytes
}

// newPayers divides what may be in the house. Every part has room for two of the largest messages: Config.CheckRoom has seen to
// that.
func newPayers(c *config.Config) *payers {
	p := &payers{names: map[string]bool{}, part: int(c.Node.Inbound) / len(c.Tenants)}
	for _, t := range c.Tenants {
		p.names[t.Name] = true
	}
	return p
}

// of says who pays for a message. Orders are on the common account: one about a tenant must not wait for that tenant's apps.
func (p *payers) of(m proto.Message) string {
	if _, ok := m.(administrative); ok {
		return ""
	}
	if a, ok := m.(addressed); ok && p.names[a.GetTenant()] {
		return a.GetTenant()
	}
	return ""
}

// gone tells the tenants that an app cannot be answered any more. The reception passes it on, behind the messages that the
// app has sent.
func (n *Node) gone(address string) {
	n.system.Root.Send(n.reception, gone{address})
}

// peer logs apps that come and go. The library tells the same loss more than once.
func (n *Node) peer(news any) {
	switch e := news.(type) {
	case *remote.EndpointConnectedEvent:
		n.peers.Store(e.Address, true)
		event.Emit(n.log, event.AppConnected{App: e.Address})
	case *remote.EndpointTerminatedEvent:
		if _, known := n.peers.LoadAndDelete(e.Address); known {
			event.Emit(n.log, event.AppLost{App: e.Address})
		}
	}
}

// turnedAway logs what the door did not let in.
func turnedAway(log *event.Log) func(door.Incident) {
	return func(i door.Incident) {
		if i.Reason == "unreachable" {
			event.Emit(log, event.AppUnreachable{App: i.Peer, Error: errors.New(i.Detail)})
			return
		}
		event.Emit(log, event.DoorRefused{Reason: i.Reason, Detail: i.Detail})
	}
}

// paused logs for whom the door waits.
func paused(log *event.Log) func(door.Pause) {
	return func(p door.Pause) {
		if p.Over {
			event.Emit(log, event.TenantResumed{Tenant: p.Payer, Bytes: p.Bytes, Budget: p.Budget})
			return
		}
		event.Emit(log, event.TenantPaused{Tenant: p.Payer, Bytes: p.Bytes, Budget: p.Budget})
	}
}

// maxMessage bounds a message from an app: there is room for the largest request of any model.
func (n *Node) maxMessage() int {
	const overhead = 16 << 10
	largest := 0
	for _, m := range n.models {
		bytes := overhead
		for _, i := range m.backend.Model().Inputs {
			bytes += m.backend.Model().Tensors[i].RowBytes
		}
		largest = max(largest, bytes)
	}
	return max(config.LeastMessage, largest)
}
