package actors_test

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/internal/patience"
)

// A peer speaks the remoting's protocol by hand: it can say anything.
type peer struct {
	remote.UnimplementedRemotingServer
	t       testing.TB
	address string // where it listens
	conn    *grpc.ClientConn
	client  remote.RemotingClient
	stream  remote.Remoting_ReceiveClient
	answers chan proto.Message // what came in
	lastID  uint64
}

var peers atomic.Uint64

// newPeer makes a peer of a node that can be answered.
func newPeer(t testing.TB, node string) *peer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, address: l.Addr().String(), answers: make(chan proto.Message, 10_000), lastID: peers.Add(1) << 32}
	server := grpc.NewServer()
	remote.RegisterRemotingServer(server, p)
	go server.Serve(l)
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(node, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	p.conn = conn
	p.client = remote.NewRemotingClient(conn)
	p.connect()
	return p
}

// connect opens a stream to the node, in place of one that the node has ended.
func (p *peer) connect() {
	p.t.Helper()
	p.open()
	p.connectAgain()
}

// connectAgain shakes hands, once more on a stream that has done so.
func (p *peer) connectAgain() {
	p.t.Helper()
	p.send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: &remote.ConnectRequest{
		ConnectionType: &remote.ConnectRequest_ServerConnection{ServerConnection: &remote.ServerConnection{SystemId: "peer", Address: p.address}},
	}}})
	if m, err := p.stream.Recv(); err != nil || m.GetConnectResponse() == nil {
		p.t.Fatalf("the node answers a connection with %v, %v", m, err)
	}
}

func (p *peer) open() {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p.t.Cleanup(cancel)
	var err error
	if p.stream, err = p.client.Receive(ctx, grpc.MaxCallSendMsgSize(64<<20), grpc.ForceCodecV2(codec{})); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) send(m *remote.RemoteMessage) {
	p.t.Helper()
	if err := p.stream.Send(m); err != nil {
		_, reason := p.stream.Recv()
		p.t.Fatalf("the stream does not take a message: %v (%v)", err, reason)
	}
}

func (p *peer) sendBatch(b *remote.MessageBatch) {
	p.t.Helper()
	p.send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: b}})
}

// batch puts messages in a well-formed batch.
func (p *peer) batch(messages ...proto.Message) *remote.MessageBatch {
	p.t.Helper()
	b := &remote.MessageBatch{Targets: []*actor.PID{{Id: wire.Root}}, Senders: []*actor.PID{{Address: p.address, Id: "app"}}}
	for i, m := range messages {
		b.TypeNames = append(b.TypeNames, string(proto.MessageName(m)))
		b.Envelopes = append(b.Envelopes, &remote.MessageEnvelope{TypeId: int32(i), MessageData: marshal(p.t, m), Sender: 1})
	}
	return b
}

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// pieces are a message that is encoded already.
type pieces [][]byte

// codec encodes messages, and sends pieces as they are.
type codec struct{}

var _ encoding.CodecV2 = codec{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(m any) (mem.BufferSlice, error) {
	all, ok := m.(pieces)
	if !ok {
		return encoding.GetCodecV2("proto").Marshal(m)
	}
	var out mem.BufferSlice
	for _, piece := range all {
		out = append(out, mem.SliceBuffer(piece))
	}
	return out, nil
}

func (codec) Unmarshal(data mem.BufferSlice, m any) error {
	return encoding.GetCodecV2("proto").Unmarshal(data, m)
}

// leave ends the peer's own connection.
func (p *peer) leave() { p.conn.Close() }

// id gives an id that no other request has.
func (p *peer) id() uint64 {
	p.lastID++
	return p.lastID
}

// say sends messages as an app does.
func (p *peer) say(messages ...proto.Message) {
	p.t.Helper()
	p.sendBatch(p.batch(messages...))
}

// next is the next answer that comes.
func (p *peer) next() proto.Message {
	p.t.Helper()
	select {
	case m := <-p.answers:
		return m
	case <-patience.After(p.t):
		p.t.Fatal("no answer comes")
		return nil
	}
}

// silent checks that nothing has come by the time that a later message is answered.
func (p *peer) silent() {
	p.t.Helper()
	id := p.id()
	p.say(&wire.Describe{Id: id})
	if d, ok := p.next().(*wire.Description); !ok || d.GetId() != id {
		p.t.Errorf("got an answer where none was due: %v", d)
	}
}

// Receive implements remote.RemotingServer: it takes the node's answers.
func (p *peer) Receive(s remote.Remoting_ReceiveServer) error {
	for {
		m, err := s.Recv()
		if err != nil {
			return nil
		}
		if m.GetConnectRequest() != nil {
			response := &remote.RemoteMessage_ConnectResponse{ConnectResponse: &remote.ConnectResponse{MemberId: "peer"}}
			if err := s.Send(&remote.RemoteMessage{MessageType: response}); err != nil {
				return err
			}
		}
		b := m.GetMessageBatch()
		for _, e := range b.GetEnvelopes() {
			p.answers <- decode(b.TypeNames[e.TypeId], e.MessageData)
		}
	}
}

func decode(name string, data []byte) proto.Message {
	t, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name))
	if err != nil {
		return &wire.Failed{Message: fmt.Sprintf("the node sent a %s: %v", name, err)}
	}
	m := t.New().Interface()
	if err := proto.Unmarshal(data, m); err != nil {
		return &wire.Failed{Message: fmt.Sprintf("the node sent a broken %s: %v", name, err)}
	}
	return m
}

// infer is a sound request for the doorbell.
func (p *peer) infer() *wire.Infer {
	return &wire.Infer{Version: wire.Version, Id: p.id(), Tenant: "doorbell", Inputs: inputs(pictures(p.t)[0])}
}
