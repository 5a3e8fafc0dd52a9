package door

import (
	"context"
	"fmt"
	"net"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// Config says what may come in.
type Config struct {
	Messages   []proto.Message // one of each type that may pass; the values are not used
	Target     string          // the one local actor that peers may send to
	Self       func() string   // this process's own address, which no sender may claim
	Anonymous  bool            // messages need no sender: nobody answers them
	MaxMessage int             // bytes of one message; a larger one arrives as an error, without its body
	Report     func(Incident)  // called for everything that was dropped; must not block
}

// Incident is something that came to the door and was not let in.
type Incident struct {
	Reason string // a stable name: "type", "target", "index", "sender", "serializer", "connection", "call", "panic"
	Detail string
}

// perBatch is the number of envelopes that an endpoint of ours packs into one gRPC message. The door reads gRPC messages that
// have room for as many messages of MaxMessage bytes, or a whole batch would be lost.
const perBatch = 16

// envelopeBytes is what an envelope adds to its message: indices, and its part of names and addresses.
const envelopeBytes = 2 << 10

// dialOptions are those of our endpoints. A peer that has vanished without a word (power, cable) is noticed by keepalive.
func dialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: 5 * time.Second}),
	}
}

// maxStreams bounds the streams of one connection; an endpoint opens one.
const maxStreams = 16

// options are the gRPC server options that put the door before a remote.
func (c *Config) options() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(perBatch * (c.MaxMessage + envelopeBytes)),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second}),
		grpc.StreamInterceptor(c.stream),
		grpc.UnaryInterceptor(c.unary),
	}
}

// unary refuses every call that is not the stream of messages: the library panics on all of them.
func (c *Config) unary(_ context.Context, _ any, info *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
	c.Report(Incident{"call", info.FullMethod})
	return nil, status.Errorf(codes.Unimplemented, "%s is not served here", info.FullMethod)
}

// stream runs the library's handler behind the guard. A panic in it ends the stream of one peer and nothing else.
func (c *Config) stream(srv any, s grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
	defer func() {
		if r := recover(); r != nil {
			c.Report(Incident{"panic", fmt.Sprintf("%v\n%s", r, debug.Stack())})
			err = status.Error(codes.Internal, "the message could not be handled")
		}
	}()
	return next(srv, &guard{ServerStream: s, config: c, types: c.typeNames()})
}

func (c *Config) typeNames() map[string]bool {
	names := make(map[string]bool, len(c.Messages))
	for _, m := range c.Messages {
		names[string(proto.MessageName(m))] = true
	}
	return names
}

// guard is a peer's stream as the library sees it.
type guard struct {
	grpc.ServerStream
	config  *Config
	types   map[string]bool
	address string // that the peer said it has; its senders have no other
}

// RecvMsg hands on the next message with everything taken out that is not allowed.
func (g *guard) RecvMsg(m any) error {
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
		g.config.Report(Incident{"connection", fmt.Sprintf("%T", x)})
		return status.Error(codes.InvalidArgument, "an empty message")
	}
	return nil
}

// connect notes the address that the peer names. It must be one that can be dialled as it stands.
func (g *guard) connect(r *remote.ConnectRequest) error {
	address := r.GetServerConnection().GetAddress()
	other := g.address != "" && address != g.address // a stream speaks for one peer
	if other || !dialable(address) || address == g.config.Self() {
		g.config.Report(Incident{"connection", "a peer at " + printable(address) + " cannot be answered"})
		return status.Error(codes.InvalidArgument, "listen on an address and name it as host:port")
	}
	g.address = address
	return nil
}

// sift keeps the envelopes of a batch that may pass, and has them decoded by our serializer.
func (g *guard) sift(b *remote.MessageBatch) {
	if b == nil {
		return
	}
	kept := b.Envelopes[:0]
	for _, e := range b.Envelopes {
		if incident := g.check(b, e); incident != nil {
			g.config.Report(*incident)
			continue
		}
		// The name decides, not the address: a peer may know us by another one, and must not make us relay.
		b.Targets[e.Target].Address = localAddress
		e.SerializerId = serializerID
		if len(e.MessageData) > g.config.MaxMessage {
			e.SerializerId, e.MessageData = oversizedID, scalars(e.MessageData)
		}
		e.MessageHeader = nil
		e.TargetRequestId = 0
		kept = append(kept, e)
	}
	b.Envelopes = kept
}

func (g *guard) check(b *remote.MessageBatch, e *remote.MessageEnvelope) *Incident {
	switch {
	case e.TypeId < 0 || int(e.TypeId) >= len(b.TypeNames),
		e.Target < 0 || int(e.Target) >= len(b.Targets),
		e.Sender < 0 || int(e.Sender) > len(b.Senders):
		return &Incident{"index", fmt.Sprintf("type %d of %d, target %d of %d, sender %d of %d",
			e.TypeId, len(b.TypeNames), e.Target, len(b.Targets), e.Sender, len(b.Senders))}
	case e.SerializerId != 0:
		return &Incident{"serializer", fmt.Sprintf("serializer %d: only protobuf is served", e.SerializerId)}
	case !g.types[b.TypeNames[e.TypeId]]:
		return &Incident{"type", printable(b.TypeNames[e.TypeId])}
	case b.Targets[e.Target].GetId() != g.config.Target:
		return &Incident{"target", printable(b.Targets[e.Target].GetId())}
	case g.config.Anonymous && e.Sender == 0:
		return nil
	case e.Sender == 0 || !g.answerable(b.Senders[e.Sender-1]):
		return &Incident{"sender", "a message without a sender at the address of its peer"}
	}
	return nil
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
