package door

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// guard is a peer's stream as the library sees it.
type guard struct {
	grpc.ServerStream
	door    *Door
	host    string           // where the stream comes from
	address string           // that the peer said it has; its senders have no other
	handed  []uint64         // tickets of the last batch, for the library to redeem
	held    map[*account]int // bytes of this stream that are in the house; guarded by the ledger's lock
}

// RecvMsg hands on the next message with everything taken out that is not allowed. It waits for those on whose account the
// stream's messages are.
func (g *guard) RecvMsg(m any) error {
	g.settle()
	if err := g.door.ledger.wait(g.ServerStream, g.held); err != nil {
		return status.FromContextError(err).Err()
	}
	if err := g.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	message, ok := m.(*remote.RemoteMessage)
	if !ok {
		return status.Errorf(codes.InvalidArgument, "a message of type %T is not served here", m)
	}
	switch x := message.MessageType.(type) {
	case *remote.RemoteMessage_MessageBatch:
		g.sift(x.MessageBatch)
	case *remote.RemoteMessage_ConnectRequest:
		return g.connect(x.ConnectRequest)
	case *remote.RemoteMessage_DisconnectRequest:
	default:
		g.report("connection", fmt.Sprintf("%T", x))
		return status.Error(codes.InvalidArgument, "an empty message")
	}
	return nil
}

// settle ends what the library dropped of the batch before: it has taken what it passes on by the time that it asks for
// the next.
func (g *guard) settle() {
	for _, ticket := range g.handed {
		if a := cloaks.take(ticket); a != nil {
			a.Done()
		}
	}
	g.handed = g.handed[:0]
}

// end is the end of the stream.
func (g *guard) end() {
	g.settle()
	if g.address != "" {
		g.door.peers.leave(g.address)
	}
}

func (g *guard) report(reason, detail string) {
	g.door.config.Report(Incident{reason, g.address, detail})
}

// connect notes the address that the peer names. It must be one that can be dialled, and has been unless the peer has
// another stream.
func (g *guard) connect(r *remote.ConnectRequest) error {
	address := r.GetServerConnection().GetAddress()
	other := g.address != "" && address != g.address // a stream speaks for one peer
	if other || !dialable(address) || address == g.door.config.Self() {
		g.report("connection", "a peer at "+printable(address)+" cannot be answered")
		return status.Error(codes.InvalidArgument, "listen on an address and name it as host:port")
	}
	if g.address != "" {
		return nil
	}
	if !g.door.config.Anonymous && !g.door.peers.has(address) {
		if err := g.dialBack(address); err != nil {
			g.door.config.Report(Incident{"unreachable", address, err.Error()})
			return status.Errorf(codes.FailedPrecondition, "the node cannot reach the app at %s: %v", address, err)
		}
	}
	g.address = address
	g.door.peers.come(address)
	return nil
}

// dialTimeout is how long a connection to a peer may take.
const dialTimeout = 2 * time.Second

// dialBack tries whether a peer can be reached at the address that it names, for answers go over a connection of their own.
func (g *guard) dialBack(address string) error {
	ctx, cancel := context.WithTimeout(g.Context(), dialTimeout)
	defer cancel()
	conn, err := g.door.dial(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// sift keeps the envelopes of a batch that may pass, and decodes them. In place of its body, which is let go, an envelope
// carries the ticket that the serializer redeems for the arrival.
func (g *guard) sift(b *remote.MessageBatch) {
	if b == nil {
		return
	}
	kept := b.Envelopes[:0]
	for _, e := range b.Envelopes {
		if incident := g.check(b, e); incident != nil {
			g.door.config.Report(*incident)
			continue
		}
		// The name decides, not the address: a peer may know us by another one, and must not make us relay.
		b.Targets[e.Target].Address = localAddress
		ticket := cloaks.leave(g.arrive(b.TypeNames[e.TypeId], e.MessageData))
		g.handed = append(g.handed, ticket)
		e.SerializerId, e.MessageData = serializerID, ticketBytes(ticket)
		e.MessageHeader = nil
		e.TargetRequestId = 0
		kept = append(kept, e)
	}
	clear(b.Envelopes[len(kept):])
	b.Envelopes = kept
}

// arrive decodes a message and puts it on its payer's account.
func (g *guard) arrive(name string, data []byte) *Arrival {
	a, bytes := decode(g.door.types[name], name, data, g.door.config.MaxMessage)
	a.From, a.Host = g.address, g.host
	if g.door.config.Budget != nil {
		payer := ""
		if a.Err == nil && g.door.config.Payer != nil {
			payer = g.door.config.Payer(a.Body)
		}
		a.charge = g.door.ledger.charge(g.held, payer, bytes)
	}
	return a
}

func (g *guard) check(b *remote.MessageBatch, e *remote.MessageEnvelope) *Incident {
	turnedAway := func(reason, detail string) *Incident { return &Incident{reason, g.address, detail} }
	switch {
	case e.TypeId < 0 || int(e.TypeId) >= len(b.TypeNames),
		e.Target < 0 || int(e.Target) >= len(b.Targets),
		e.Sender < 0 || int(e.Sender) > len(b.Senders):
		return turnedAway("index", fmt.Sprintf("type %d of %d, target %d of %d, sender %d of %d",
			e.TypeId, len(b.TypeNames), e.Target, len(b.Targets), e.Sender, len(b.Senders)))
	case e.SerializerId != 0:
		return turnedAway("serializer", fmt.Sprintf("serializer %d: only protobuf is served", e.SerializerId))
	case !g.door.mayPass(b.TypeNames[e.TypeId]):
		return turnedAway("type", printable(b.TypeNames[e.TypeId]))
	case b.Targets[e.Target].GetId() != g.door.config.Target:
		return turnedAway("target", printable(b.Targets[e.Target].GetId()))
	case g.door.config.Anonymous && e.Sender == 0:
		return nil
	case e.Sender == 0 || !g.answerable(b.Senders[e.Sender-1]):
		return turnedAway("sender", "a message without a sender at the address of its peer")
	}
	return nil
}

// mayPass says whether a type is one of those that may pass, or one of their package that this program does not know: a
// peer that is newer must be told so.
func (d *Door) mayPass(name string) bool {
	if d.types[name] != nil {
		return true
	}
	full := protoreflect.FullName(name)
	if len(name) > maxAddress || !full.IsValid() || !d.packages[full.Parent()] {
		return false
	}
	_, err := protoregistry.GlobalTypes.FindMessageByName(full)
	return err != nil
}

// maxAddress bounds what is kept of a peer's words about itself.
const maxAddress = 512

// localAddress is the library's name for the process itself.
const localAddress = "nonhost"

// answerable says whether an answer to the sender goes to the peer that sent it: another address would let a peer speak
// for others, have us dial wherever it likes, or, being our own, write to actors of ours.
func (g *guard) answerable(p *actor.PID) bool {
	return g.address != "" && p.GetAddress() == g.address && p.GetId() != "" && len(p.GetId()) <= maxAddress
}

// dialable says whether an address is host:port, with a port in numbers.
func dialable(address string) bool {
	host, port, err := net.SplitHostPort(address)
	_, errPort := strconv.ParseUint(port, 10, 16)
	return err == nil && errPort == nil && host != "" && len(address) <= maxAddress
}

// printable makes a peer's word fit for a log.
func printable(s string) string {
	if len(s) > maxAddress {
		s = s[:maxAddress]
	}
	return fmt.Sprintf("%q", s)
}
