package client_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/internal/apart"
	"github.com/delen-edge/delen/internal/patience"
)

// alone says whether the test has run in a process of its own, as each that has a client must.
func alone(t *testing.T) bool {
	t.Helper()
	return apart.Run(t)
}

// A node is a test's own: it speaks the remoting's protocol by hand and answers as it is told.
type node struct {
	remote.UnimplementedRemotingServer
	t       *testing.T
	address string
	clock   int64 // that it describes itself with
	deny    error // how a handshake ends; nil: as it should
	mute    bool  // it does not describe itself

	came   chan proto.Message // what the client sends, but for its handshakes
	shaken chan uint64        // the ids of these
	end    chan error         // ends the client's stream

	server chan *grpc.Server // holds the one that runs

	mu     sync.Mutex
	conn   *grpc.ClientConn              // to the client
	app    remote.Remoting_ReceiveClient // on it; nil: answers need a new one
	target *actor.PID                    // that the client wants its answers to go to
}

// started is a log that closes a channel when the actor library says that it starts the client's remote. It sets a global of
// gRPC's before, so gRPC must not be used earlier.
type started struct {
	slog.Handler
	remote chan struct{}
}

func (s started) Enabled(context.Context, slog.Level) bool { return true }

func (s started) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "Starting remote with address" {
		close(s.remote)
	}
	return nil
}

// newNode makes a node that serves from the time on that a client is being made with the configuration.
func newNode(t *testing.T) (*node, client.Config) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &node{
		t: t, address: l.Addr().String(), clock: 1, server: make(chan *grpc.Server, 1),
		came: make(chan proto.Message, 100), shaken: make(chan uint64, 100), end: make(chan error),
	}
	log := started{slog.DiscardHandler, make(chan struct{})}
	go func() {
		<-log.remote
		n.serve(l)
	}()
	return n, client.Config{Node: n.address, Log: slog.New(log)}
}

// serve makes the node serve until it is killed.
func (n *node) serve(l net.Listener) {
	s := grpc.NewServer()
	remote.RegisterRemotingServer(s, n)
	n.server <- s
	go s.Serve(l)
}

// kill ends the node and its connections.
func (n *node) kill() {
	(<-n.server).Stop()
	n.hangUp()
}

// hangUp ends the connection for the answers.
func (n *node) hangUp() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conn != nil {
		n.conn.Close()
	}
	n.conn, n.app = nil, nil
}

// revive makes a node that was killed serve again, where it did.
func (n *node) revive() {
	n.t.Helper()
	l, err := net.Listen("tcp", n.address)
	if err != nil {
		n.t.Fatal(err)
	}
	n.serve(l)
}

// dial connects a client, which ends with the test, before the node.
func (n *node) dial(ctx context.Context, c client.Config) *client.Client {
	n.t.Helper()
	cl, err := client.Dial(ctx, c)
	if err != nil {
		n.t.Fatal(err)
	}
	<-n.shaken
	n.t.Cleanup(func() {
		n.hangUp() // first: the library waits for its peers
		cl.Close()
		select {
		case s := <-n.server:
			s.Stop()
		default:
		}
	})
	return cl
}

// Receive implements remote.RemotingServer. The first message that comes says where the client listens.
func (n *node) Receive(s remote.Remoting_ReceiveServer) error {
	messages, over := make(chan *remote.RemoteMessage), make(chan error, 1)
	go func() {
		for {
			m, err := s.Recv()
			if err != nil {
				over <- err
				return
			}
			select {
			case messages <- m:
			case <-s.Context().Done():
			}
		}
	}()
	for {
		select {
		case m := <-messages:
			if err := n.hear(s, m); err != nil {
				return err
			}
		case err := <-n.end:
			return err
		case <-over:
			return errors.New("the stream has ended")
		}
	}
}

// hear takes a message of the library's.
func (n *node) hear(s remote.Remoting_ReceiveServer, m *remote.RemoteMessage) error {
	if m.GetConnectRequest() != nil {
		if n.deny != nil {
			return n.deny
		}
		response := &remote.RemoteMessage_ConnectResponse{ConnectResponse: &remote.ConnectResponse{MemberId: "node"}}
		return s.Send(&remote.RemoteMessage{MessageType: response})
	}
	b := m.GetMessageBatch()
	for _, e := range b.GetEnvelopes() {
		if err := n.connect(b.Senders[e.Sender-1]); err != nil {
			return err
		}
		t, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(b.TypeNames[e.TypeId]))
		if err != nil {
			return err
		}
		body := t.New().Interface()
		if err := proto.Unmarshal(e.MessageData, body); err != nil {
			return err
		}
		if d, ok := body.(*wire.Describe); ok && d.GetWithoutTenants() {
			if !n.mute {
				n.say(&wire.Description{Id: d.GetId(), Node: "hand", MaxMessageBytes: 10_000, NowNs: n.clock})
			}
			n.shaken <- d.GetId()
			continue
		}
		n.came <- body
	}
	return nil
}

// connect opens the connection for the answers, unless it is open.
func (n *node) connect(sender *actor.PID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.app != nil {
		return nil
	}
	n.target = sender
	var err error
	if n.conn, err = grpc.NewClient(sender.Address, grpc.WithTransportCredentials(insecure.NewCredentials())); err != nil {
		return err
	}
	if n.app, err = remote.NewRemotingClient(n.conn).Receive(context.Background()); err != nil {
		return err
	}
	server := &remote.ConnectRequest_ServerConnection{ServerConnection: &remote.ServerConnection{SystemId: "node", Address: n.address}}
	request := &remote.RemoteMessage_ConnectRequest{ConnectRequest: &remote.ConnectRequest{ConnectionType: server}}
	if err := n.app.Send(&remote.RemoteMessage{MessageType: request}); err != nil {
		return err
	}
	_, err = n.app.Recv()
	return err
}

// say sends messages to the client.
func (n *node) say(messages ...proto.Message) {
	b := &remote.MessageBatch{}
	for i, m := range messages {
		data, err := proto.Marshal(m)
		if err != nil {
			panic(err)
		}
		b.TypeNames = append(b.TypeNames, string(proto.MessageName(m)))
		b.Envelopes = append(b.Envelopes, &remote.MessageEnvelope{TypeId: int32(i), MessageData: data})
	}
	n.send(b)
}

// sayBroken sends a message of which only the beginning can be decoded.
func (n *node) sayBroken(m proto.Message) {
	data, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	n.send(&remote.MessageBatch{
		TypeNames: []string{string(proto.MessageName(m))},
		Envelopes: []*remote.MessageEnvelope{{MessageData: append(data, 0xff)}},
	})
}

// send sends a batch to the client's inbox.
func (n *node) send(b *remote.MessageBatch) {
	n.mu.Lock()
	defer n.mu.Unlock()
	b.Targets = []*actor.PID{n.target}
	if err := n.app.Send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: b}}); err != nil {
		panic(err)
	}
}

// come waits for a request.
func (n *node) come(t *testing.T) *wire.Infer {
	t.Helper()
	select {
	case m := <-n.came:
		if i, ok := m.(*wire.Infer); ok {
			return i
		}
		t.Fatalf("the node gets %v", m)
	case <-patience.After(t):
		t.Fatal("nothing comes to the node")
	}
	return nil
}

// call is an inference under way.
type call struct {
	answer *client.Answer
	err    error
}

func infer(ctx context.Context, cl *client.Client, r client.Request) <-chan call {
	done := make(chan call, 1)
	go func() {
		a, err := cl.Infer(ctx, r)
		done <- call{a, err}
	}()
	return done
}
