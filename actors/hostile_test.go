package actors_test

import (
	"strings"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/wire"
)

// A bad envelope is dropped, what came beside it in the batch is answered, and the stream goes on.
func TestABadEnvelopeIsDroppedAndItsNeighboursAreAnswered(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	p, bystander := newPeer(t, n.address), newPeer(t, n.address)
	envelope := func(change func(*remote.MessageEnvelope)) func(*remote.MessageBatch) {
		return func(b *remote.MessageBatch) { change(b.Envelopes[1]) }
	}
	typed := func(name string) func(*remote.MessageBatch) {
		return func(b *remote.MessageBatch) { b.TypeNames[1] = name }
	}
	targeted := func(id string) func(*remote.MessageBatch) {
		return func(b *remote.MessageBatch) {
			b.Targets = append(b.Targets, &actor.PID{Address: n.address, Id: id})
			b.Envelopes[1].Target = 1
		}
	}
	from := func(address, id string) func(*remote.MessageBatch) {
		return func(b *remote.MessageBatch) {
			b.Senders = append(b.Senders, &actor.PID{Address: address, Id: id})
			b.Envelopes[1].Sender = 2
		}
	}
	for name, spoil := range map[string]func(*remote.MessageBatch){
		"type index too large":     envelope(func(e *remote.MessageEnvelope) { e.TypeId = 3 }),
		"type index huge":          envelope(func(e *remote.MessageEnvelope) { e.TypeId = 1<<31 - 1 }),
		"type index negative":      envelope(func(e *remote.MessageEnvelope) { e.TypeId = -1 }),
		"target index too large":   envelope(func(e *remote.MessageEnvelope) { e.Target = 1 }),
		"target index negative":    envelope(func(e *remote.MessageEnvelope) { e.Target = -1 << 31 }),
		"sender index too large":   envelope(func(e *remote.MessageEnvelope) { e.Sender = 2 }),
		"sender index negative":    envelope(func(e *remote.MessageEnvelope) { e.Sender = -1 }),
		"no sender":                envelope(func(e *remote.MessageEnvelope) { e.Sender = 0 }),
		"serializer 1":             envelope(func(e *remote.MessageEnvelope) { e.SerializerId = 1 }),
		"serializer 2":             envelope(func(e *remote.MessageEnvelope) { e.SerializerId = 2 }),
		"serializer 99":            envelope(func(e *remote.MessageEnvelope) { e.SerializerId = 99 }),
		"serializer negative":      envelope(func(e *remote.MessageEnvelope) { e.SerializerId = -1 }),
		"unknown type":             typed("delen.Nothing"),
		"empty type":               typed(""),
		"long type":                typed(strings.Repeat("x", 100_000)),
		"an answer":                typed("delen.wire.v1.Inferred"),
		"poison pill":              typed("actor.PoisonPill"),
		"stop":                     typed("actor.Stop"),
		"watch":                    typed("actor.Watch"),
		"unwatch":                  typed("actor.Unwatch"),
		"terminated":               typed("actor.Terminated"),
		"touch":                    typed("actor.Touch"),
		"pid request":              typed("remote.ActorPidRequest"),
		"another target":           targeted("delen-app"),
		"supervisor":               targeted("EndpointSupervisor"),
		"activator":                targeted("activator"),
		"an actor by number":       targeted("$1"),
		"no target":                targeted(""),
		"sender is the node":       from(n.address, wire.Root),
		"sender is nonhost":        from("nonhost", wire.Root),
		"sender without address":   from("", "app"),
		"sender without name":      from(p.address, ""),
		"sender with long address": from(strings.Repeat("x", 10_000), "app"),
	} {
		t.Run(name, func(t *testing.T) {
			before, after := p.infer(), p.infer()
			b := p.batch(before, p.infer(), after)
			spoil(b)
			p.sendBatch(b)
			for _, m := range []*wire.Infer{before, after} {
				a, ok := p.next().(*wire.Inferred)
				if !ok || a.GetId() != before.GetId() && a.GetId() != after.GetId() {
					t.Errorf("a neighbour of the bad envelope gets %v, want an answer to %d", a, m.GetId())
				}
			}
			p.silent()
			bystander.silent()
		})
	}
	healthy(t, cl)
}

// The kinds of system messages that the library acts upon, with bodies that do harm where they are let in.
func TestSystemMessagesFromPeersDoNothing(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	p := newPeer(t, n.address)
	for _, target := range []string{wire.Root, "activator", "EndpointSupervisor", "$1", "$2", "$3"} {
		b := p.batch(&actor.PoisonPill{}, &actor.Stop{}, &actor.Watch{Watcher: &actor.PID{Address: p.address, Id: "app"}},
			&actor.Terminated{Who: &actor.PID{Address: n.address, Id: wire.Root}}, &remote.ActorPidRequest{Name: "x", Kind: "y"})
		b.Targets[0] = &actor.PID{Address: n.address, Id: target}
		p.sendBatch(b)
	}
	p.silent()
	healthy(t, cl)
}

// A target elsewhere does not make the node pass messages on: the name decides, not the address.
func TestTheNodeDoesNotRelay(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	p, victim := newPeer(t, n.address), newPeer(t, n.address)
	for _, id := range []string{wire.Root, "app"} {
		b := p.batch(&wire.Describe{Id: p.id()})
		b.Targets[0] = &actor.PID{Address: victim.address, Id: id}
		p.sendBatch(b)
	}
	if d, ok := p.next().(*wire.Description); !ok {
		t.Errorf("a message to the node under another address gets %v", d)
	}
	p.silent()
	victim.silent()
	healthy(t, cl)
}

// What the protocol allows beside messages must not end the process or another peer's stream.
func TestStrangeConnectionsEndAlone(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	p := newPeer(t, n.address)
	for name, m := range map[string]*remote.RemoteMessage{
		"empty": {},
		"client connection": {MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: &remote.ConnectRequest{
			ConnectionType: &remote.ConnectRequest_ClientConnection{ClientConnection: &remote.ClientConnection{SystemId: "x"}}}}},
		"no address": {MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: &remote.ConnectRequest{
			ConnectionType: &remote.ConnectRequest_ServerConnection{ServerConnection: &remote.ServerConnection{}}}}},
		"another address": {MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: &remote.ConnectRequest{
			ConnectionType: &remote.ConnectRequest_ServerConnection{ServerConnection: &remote.ServerConnection{Address: "127.0.0.1:9"}}}}},
		"no connection":    {MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: &remote.ConnectRequest{}}},
		"connect response": {MessageType: &remote.RemoteMessage_ConnectResponse{ConnectResponse: &remote.ConnectResponse{MemberId: "x"}}},
		"too large":        {MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: &remote.MessageBatch{TypeNames: []string{strings.Repeat("x", 5<<20)}}}},
	} {
		strange := newPeer(t, n.address)
		strange.send(m)
		if _, err := strange.stream.Recv(); status.Code(err) == codes.OK || status.Code(err) == codes.Unavailable {
			t.Errorf("%s: the stream ends with %v", name, err)
		}
		p.silent()
	}
	for name, m := range map[string]*remote.RemoteMessage{
		"empty batch": {MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: &remote.MessageBatch{}}},
		"disconnect":  {MessageType: &remote.RemoteMessage_DisconnectRequest{DisconnectRequest: &remote.DisconnectRequest{}}},
	} {
		strange := newPeer(t, n.address)
		strange.send(m)
		if strange.silent(); t.Failed() {
			t.Fatalf("%s: the stream does not go on", name)
		}
	}
	p.connectAgain()
	p.silent()
	healthy(t, cl)
}

func TestCallsOtherThanMessagesAreNotServed(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	p := newPeer(t, n.address)
	if _, err := p.client.ListProcesses(patiently(t), &remote.ListProcessesRequest{Pattern: ".*"}); status.Code(err) != codes.Unimplemented {
		t.Errorf("ListProcesses gives %v", err)
	}
	if _, err := p.client.GetProcessDiagnostics(patiently(t), &remote.GetProcessDiagnosticsRequest{Pid: &actor.PID{Id: wire.Root}}); status.Code(err) != codes.Unimplemented {
		t.Errorf("GetProcessDiagnostics gives %v", err)
	}
	healthy(t, cl)
}

// A peer may put more envelopes in a batch than an endpoint of ours does, as long as the batch is no larger.
func TestManyEnvelopesInOneBatchAreAnsweredOnceEach(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{tenants: "tenant \"doorbell\" { queue = 128 }\ntenant \"survey\" {}"})
	cl := n.dial()
	p := newPeer(t, n.address)
	waiting := map[uint64]bool{}
	var messages []proto.Message
	for range 480 {
		m := &wire.Infer{Version: wire.Version, Id: p.id(), Tenant: "doorbell", Criterion: "true", Inputs: inputs(pictures(t)[len(messages)%300])}
		waiting[m.GetId()] = true
		messages = append(messages, m)
	}
	p.sendBatch(p.batch(messages...))
	answered, refused := 0, 0
	for range messages {
		var id uint64
		switch m := p.next().(type) {
		case *wire.Inferred:
			id, answered = m.GetId(), answered+1
		case *wire.Refused:
			id, refused = m.GetId(), refused+1
			if m.GetCode() != wire.Code_RESOURCE_EXHAUSTED || m.GetRetryAfterNs() <= 0 {
				t.Errorf("got %v", m)
			}
		default:
			t.Errorf("got %v", m)
		}
		if !waiting[id] {
			t.Errorf("a second answer to %d, or one to nothing", id)
		}
		delete(waiting, id)
	}
	if answered == 0 {
		t.Error("nothing is answered")
	}
	p.silent()
	healthy(t, cl)
}

// An answer that cannot be delivered is nobody else's trouble.
func TestSendersThatCannotBeReachedDoNotStopTheOthers(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	p := newPeer(t, n.address)
	_, port, _ := strings.Cut(n.address, ":")
	for _, address := range []string{"localhost:" + port, "127.0.0.1:1", "no address", "dns:///x.invalid:1", "unix:/nowhere", "passthrough:///127.0.0.1:1"} {
		for _, id := range []string{"app", wire.Root, "activator"} {
			b := p.batch(&wire.Describe{Id: p.id()}, p.infer())
			b.Senders[0] = &actor.PID{Address: address, Id: id}
			p.sendBatch(b)
		}
		p.silent()
	}
	healthy(t, cl)
}

// A peer that goes away while its requests run takes nothing with it.
func TestAPeerThatVanishesLeavesNothingBehind(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	t.Run("vanish", func(t *testing.T) {
		p := newPeer(t, n.address)
		for range 100 {
			p.say(p.infer())
		}
	})
	healthy(t, cl)
}
