package client_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

const patience = 60 * time.Second

// A node is a test's own: it speaks the remoting's protocol by hand and answers as it is told.
type node struct {
	remote.UnimplementedRemotingServer
	address string
	came    chan proto.Message
	conn    *grpc.ClientConn              // to the client
	app     remote.Remoting_ReceiveClient // on it
	target  *actor.PID                    // that the client wants its answers to go to
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

// newNode makes a node that serves from the time on that the channel is closed.
func newNode(t *testing.T, from <-chan struct{}) *node {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &node{address: l.Addr().String(), came: make(chan proto.Message, 100)}
	server := make(chan *grpc.Server, 1)
	go func() {
		<-from
		s := grpc.NewServer()
		remote.RegisterRemotingServer(s, n)
		server <- s
		s.Serve(l)
	}()
	t.Cleanup(func() { (<-server).Stop() })
	return n
}

// Receive implements remote.RemotingServer. The first message that comes says where the client listens.
func (n *node) Receive(s remote.Remoting_ReceiveServer) error {
	for {
		m, err := s.Recv()
		if err != nil {
			return nil
		}
		if m.GetConnectRequest() != nil {
			response := &remote.RemoteMessage_ConnectResponse{ConnectResponse: &remote.ConnectResponse{MemberId: "node"}}
			if err := s.Send(&remote.RemoteMessage{MessageType: response}); err != nil {
				return err
			}
		}
		b := m.GetMessageBatch()
		for _, e := range b.GetEnvelopes() {
			if n.app == nil {
				if err := n.connect(b.Senders[e.Sender-1]); err != nil {
					return err
				}
			}
			t, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(b.TypeNames[e.TypeId]))
			if err != nil {
				return err
			}
			body := t.New().Interface()
			if err := proto.Unmarshal(e.MessageData, body); err != nil {
				return err
			}
			if d, ok := body.(*wire.Describe); ok && d.GetTenant() == "" {
				n.say(&wire.Description{Id: d.GetId(), Node: "hand", MaxMessageBytes: 10_000})
				continue
			}
			n.came <- body
		}
	}
}

// connect opens the connection for the answers.
func (n *node) connect(sender *actor.PID) error {
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
	b := &remote.MessageBatch{Targets: []*actor.PID{n.target}}
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
		Targets: []*actor.PID{n.target}, TypeNames: []string{string(proto.MessageName(m))},
		Envelopes: []*remote.MessageEnvelope{{MessageData: append(data, 0xff)}},
	})
}

func (n *node) send(b *remote.MessageBatch) {
	if err := n.app.Send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: b}}); err != nil {
		panic(err)
	}
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

var ran atomic.Bool

// One client serves all: a second remote in a process is a race within the actor library.
func TestClientOfANodeThatSaysAnything(t *testing.T) {
	if ran.Swap(true) {
		t.Skip("once in a process")
	}
	log := started{slog.DiscardHandler, make(chan struct{})}
	n := newNode(t, log.remote)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cl, err := client.Dial(ctx, client.Config{Node: n.address, Log: slog.New(log)})
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	defer n.conn.Close() // first: the library waits for its peers, up to ten seconds
	come := func(t *testing.T) *wire.Infer {
		t.Helper()
		select {
		case m := <-n.came:
			if i, ok := m.(*wire.Infer); ok {
				return i
			}
			t.Fatalf("the node got %v", m)
		case <-ctx.Done():
			t.Fatal("nothing comes to the node")
		}
		return nil
	}

	t.Run("answers find their calls in any order", func(t *testing.T) {
		first := infer(ctx, cl, client.Request{Tenant: "a"})
		a := come(t)
		second := infer(ctx, cl, client.Request{Tenant: "b"})
		b := come(t)
		if a.GetId() == b.GetId() || a.GetVersion() != wire.Version {
			t.Errorf("the requests are %v and %v", a, b)
		}
		n.say(&wire.Inferred{Id: b.GetId(), Exit: 2}, &wire.Inferred{Id: b.GetId(), Exit: 3}, &wire.Inferred{Id: a.GetId(), Exit: 1}, &wire.Inferred{Id: 1 << 60})
		if c := <-first; c.err != nil || c.answer.Exit != 1 {
			t.Errorf("the first gets %+v", c)
		}
		if c := <-second; c.err != nil || c.answer.Exit != 2 {
			t.Errorf("the second gets %+v", c)
		}
	})

	t.Run("a no is an error with its code", func(t *testing.T) {
		done := infer(ctx, cl, client.Request{Tenant: "a"})
		n.say(&wire.Refused{Id: come(t).GetId(), Code: wire.Code_RESOURCE_EXHAUSTED, Message: "full", RetryAfterNs: 5e6})
		var e *client.Error
		if c := <-done; !errors.As(c.err, &e) || !e.Refused || e.Code != wire.Code_RESOURCE_EXHAUSTED || e.RetryAfter != 5*time.Millisecond || !strings.Contains(e.Error(), "5ms") {
			t.Errorf("a refusal gives %v", c.err)
		}
		done = infer(ctx, cl, client.Request{Tenant: "a"})
		n.say(&wire.Failed{Id: come(t).GetId(), Code: wire.Code_INTERNAL, Message: "broken"})
		if c := <-done; !errors.As(c.err, &e) || e.Refused || e.Code != wire.Code_INTERNAL || e.Message != "broken" {
			t.Errorf("a failure gives %v", c.err)
		}
	})

	t.Run("an answer of another kind is an error", func(t *testing.T) {
		done := infer(ctx, cl, client.Request{Tenant: "a"})
		n.say(&wire.CriterionSet{Id: come(t).GetId()})
		if c := <-done; c.err == nil || !strings.Contains(c.err.Error(), "CriterionSet") {
			t.Errorf("got %+v", c)
		}
	})

	t.Run("an answer that cannot be decoded is an error", func(t *testing.T) {
		done := infer(ctx, cl, client.Request{Tenant: "a"})
		n.sayBroken(&wire.Inferred{Id: come(t).GetId()})
		if c := <-done; c.err == nil || c.answer != nil {
			t.Errorf("got %+v", c)
		}
	})

	t.Run("what is no answer does nothing", func(t *testing.T) {
		done := infer(ctx, cl, client.Request{Tenant: "a"})
		id := come(t).GetId()
		n.say(&actor.PoisonPill{}, &actor.Stop{}, &wire.Infer{Id: id}, &wire.Cancel{Id: id}, &actor.Terminated{Who: n.target})
		n.send(&remote.MessageBatch{Targets: []*actor.PID{n.target}, TypeNames: []string{"delen.wire.v1.Inferred"}, Envelopes: []*remote.MessageEnvelope{
			{TypeId: 7}, {Target: 7}, {Sender: 7}, {TypeId: -1}, {SerializerId: 9},
		}})
		n.say(&wire.Inferred{Id: id, Exit: 4})
		if c := <-done; c.err != nil || c.answer.Exit != 4 {
			t.Errorf("got %+v", c)
		}
	})

	t.Run("a call that is given up is cancelled and its answer ignored", func(t *testing.T) {
		mine, giveUp := context.WithCancel(ctx)
		done := infer(mine, cl, client.Request{Tenant: "a"})
		id := come(t).GetId()
		giveUp()
		if c := <-done; !errors.Is(c.err, context.Canceled) {
			t.Errorf("got %+v", c)
		}
		if m, ok := (<-n.came).(*wire.Cancel); !ok || m.GetId() != id || m.GetTenant() != "a" {
			t.Errorf("the node got %v", m)
		}
		n.say(&wire.Inferred{Id: id})
	})

	t.Run("most of the context's time goes to the node unless the request says otherwise", func(t *testing.T) {
		mine, giveUp := context.WithTimeout(ctx, time.Minute)
		defer giveUp()
		done := infer(mine, cl, client.Request{Tenant: "a"})
		m := come(t)
		if got := time.Duration(m.GetTimeoutNs()); got <= 0 || got > 57*time.Second {
			t.Errorf("the node is given %s of a minute", got)
		}
		n.say(&wire.Inferred{Id: m.GetId()})
		<-done
		done = infer(mine, cl, client.Request{Tenant: "a", Timeout: time.Hour})
		m = come(t)
		if got := time.Duration(m.GetTimeoutNs()); got != time.Hour {
			t.Errorf("the node is given %s, the request said an hour", got)
		}
		n.say(&wire.Inferred{Id: m.GetId()})
		<-done
	})

	t.Run("a context that is over sends nothing", func(t *testing.T) {
		over, giveUp := context.WithCancel(ctx)
		giveUp()
		if c := <-infer(over, cl, client.Request{Tenant: "a"}); !errors.Is(c.err, context.Canceled) {
			t.Errorf("got %+v", c)
		}
		done := infer(ctx, cl, client.Request{Tenant: "next"})
		m := come(t)
		if m.GetTenant() != "next" {
			t.Errorf("the node gets %v", m)
		}
		n.say(&wire.Inferred{Id: m.GetId()})
		<-done
	})

	t.Run("a message above the node's limit is an error before it is sent", func(t *testing.T) {
		big := client.Float32s("", []int64{1, 10_000}, make([]float32, 10_000))
		c := <-infer(ctx, cl, client.Request{Tenant: "big", Inputs: []*wire.Tensor{big}})
		if c.err == nil || !strings.Contains(c.err.Error(), "10000") {
			t.Errorf("got %+v", c)
		}
	})

	t.Run("watches", func(t *testing.T) { testWatches(ctx, t, n, cl) })

	t.Run("a description of none is an error", func(t *testing.T) {
		done := make(chan error, 1)
		go func() {
			_, err := cl.Tenant(ctx, "a")
			done <- err
		}()
		for {
			m := <-n.came
			if d, ok := m.(*wire.Describe); ok {
				n.say(&wire.Description{Id: d.GetId()})
				break
			}
		}
		if err := <-done; err == nil {
			t.Error("no tenant at all, and no error")
		}
	})
}

func TestAnAddressThatCannotBeIsAnError(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, c := range []client.Config{{Node: ""}, {Node: "localhost"}, {Node: "127.0.0.1:1", Listen: "127.0.0.1"}, {Node: "127.0.0.1:1", Listen: "192.0.2.1:0"}} {
		if _, err := client.Dial(ctx, c); err == nil {
			t.Errorf("%+v is no error", c)
		}
	}
}
