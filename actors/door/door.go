package door

import (
	"context"
	"fmt"
	"net"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/eventstream"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Config says what may come in. Its functions are called from many goroutines, must not block and must not call the door;
// those that are nil are not called.
type Config struct {
	Messages   []proto.Message // one of each type that may pass; the values are not used
	Target     string          // the one local actor that peers may send to
	Self       func() string   // this process's own address, which no sender may claim
	Anonymous  bool            // messages need no sender and peers no address: nobody answers them
	MaxMessage int             // bytes of one message; a larger one arrives as an error, without its body
	Report     func(Incident)  // called for everything that was turned away; not nil

	// Payer says on whose account a message is; "" is the common one, on which all that cannot be read is too. The names
	// must be few: names that peers make up belong on the common account.
	Payer func(proto.Message) string
	// Budget is how many bytes a payer may have in the house. It is asked each time. nil: nobody pays, nothing is bounded.
	Budget func(payer string) int
	// Paused is called when the door begins to wait for a payer, and again when that has caught up.
	Paused func(Pause)

	// Gone is called when an address cannot be answered any more: its last stream has ended, or our own connection to it.
	// One loss may be told more than once. Messages of a stream that comes later arrive later.
	Gone func(address string)
	// Lost is called with gRPC's words when a stream of ours to an address has ended, or could not be opened.
	Lost func(address string, why error)
}

// Incident is something that came to the door and was not let in.
type Incident struct {
	// Reason is a stable name: "type", "target", "index", "sender", "serializer", "connection", "streams", "unreachable",
	// "call", "panic".
	Reason string
	Peer   string // the address that the peer has given, if it has
	Detail string
}

// perBatch is the number of envelopes that an endpoint of ours packs into one gRPC message. The door reads gRPC messages that
// have room for as many messages of MaxMessage bytes, or a whole batch would be lost. What a stream can bring in beyond its
// payers' budgets is one such batch, so it is small; messages of 4 KB go no faster in batches of sixteen.
const perBatch = 8

// envelopeBytes is what an envelope adds to its message: indices, and its part of names and addresses.
const envelopeBytes = 2 << 10

// maxStreams bounds the streams of all peers together; an endpoint opens one. perConnection bounds those of one connection.
const (
	maxStreams    = 64
	perConnection = 16
)

// window is what a peer may have sent on a stream before it is read, the least that gRPC allows. A message that is being read
// may be larger. Left to itself the window would grow with the speed of the network, up to 16 MB for each stream, also while
// the door does not read.
const window = 64 << 10

// A peer that has vanished without a word (power, cable) is noticed by keepalive, on both sides of a connection.
const (
	pingAfter   = 10 * time.Second
	pingTimeout = 5 * time.Second
	idleAfter   = time.Minute // a connection without streams is closed
)

// options are the gRPC server options that put the door before a remote.
func (d *Door) options() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(perBatch * (d.config.MaxMessage + envelopeBytes)),
		grpc.MaxConcurrentStreams(perConnection),
		grpc.StaticStreamWindowSize(window),
		grpc.StaticConnWindowSize(window),
		grpc.ConnectionTimeout(pingAfter),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: pingAfter, Timeout: pingTimeout, MaxConnectionIdle: idleAfter}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: pingAfter / 2}),
		grpc.StreamInterceptor(d.stream),
		grpc.UnaryInterceptor(d.unary),
	}
}

// Door is an open door. It is safe for concurrent use.
type Door struct {
	config   Config
	types    map[string]protoreflect.MessageType // that may pass
	packages map[protoreflect.FullName]bool      // of these types
	dial     func(ctx context.Context, network, address string) (net.Conn, error)

	ledger  ledger
	peers   peers
	streams atomic.Int32
	closing atomic.Bool

	system *actor.ActorSystem
	remote *remote.Remote
	events *eventstream.Subscription
}

func newDoor(c Config) *Door {
	d := &Door{
		config: c, types: map[string]protoreflect.MessageType{}, packages: map[protoreflect.FullName]bool{},
		dial:   new(net.Dialer).DialContext,
		ledger: ledger{budget: c.Budget, paused: c.Paused, accounts: map[string]*account{}},
		peers:  peers{gone: c.Gone, streams: map[string]int{}},
	}
	for _, m := range c.Messages {
		t := m.ProtoReflect().Type()
		d.types[string(t.Descriptor().FullName())] = t
		d.packages[t.Descriptor().ParentFile().Package()] = true
	}
	return d
}

// InHouse is how many bytes of messages have arrived and are not done.
func (d *Door) InHouse() int { return d.ledger.total() }

// unary refuses every call that is not the stream of messages: the library panics on all of them.
func (d *Door) unary(_ context.Context, _ any, info *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
	d.config.Report(Incident{Reason: "call", Detail: info.FullMethod})
	return nil, status.Errorf(codes.Unimplemented, "%s is not served here", info.FullMethod)
}

// stream runs the library's handler behind the guard. A panic in it ends the stream of one peer and nothing else.
func (d *Door) stream(srv any, s grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
	defer d.streams.Add(-1)
	if d.streams.Add(1) > maxStreams {
		words := fmt.Sprintf("%d streams are open here, and there is no room for another: try again later", maxStreams)
		d.config.Report(Incident{Reason: "streams", Detail: words})
		return status.Error(codes.ResourceExhausted, words)
	}
	g := &guard{ServerStream: s, door: d, host: hostOf(s.Context()), held: map[*account]int{}}
	defer g.end()
	defer func() {
		if r := recover(); r != nil {
			d.config.Report(Incident{"panic", g.address, fmt.Sprintf("%v\n%s", r, debug.Stack())})
			err = status.Error(codes.Internal, "the message could not be handled")
		}
	}()
	return next(srv, g)
}
