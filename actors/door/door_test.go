package door

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	self = "127.0.0.1:8090"
	peer = "127.0.0.1:9" // the address that the peer has given
)

// allowed lets in one type that lies in the registry and not another. Every address can be dialled.
func allowed(anonymous bool, report func(Incident)) *Door {
	d := newDoor(Config{
		Messages: []proto.Message{&durationpb.Duration{}}, Target: "delen", Self: func() string { return self },
		Anonymous: anonymous, MaxMessage: 256 << 10, Report: report, Budget: func(string) int { return 1 << 20 },
	})
	d.dial = func(context.Context, string, string) (net.Conn, error) { return nobody{}, nil }
	return d
}

// nobody is a connection that can only be closed.
type nobody struct{ net.Conn }

func (nobody) Close() error { return nil }

// one is a peer's stream that gives one message.
type one struct {
	grpc.ServerStream
	message *remote.RemoteMessage
}

func (one) Context() context.Context { return context.Background() }

func (o one) RecvMsg(m any) error {
	proto.Merge(m.(proto.Message), o.message)
	return nil
}

// guarded is a stream behind a door.
func (d *Door) guarded(s grpc.ServerStream) *guard {
	return &guard{ServerStream: s, door: d, held: map[*account]int{}}
}

// named is an address that may be dialled, and is not our own.
var named = regexp.MustCompile(`^(127\.0\.0\.1:9|\[::1\]:90)$`)

// pass sends a message through the guard.
func pass(d *Door, m *remote.RemoteMessage) (*remote.RemoteMessage, error) {
	out := &remote.RemoteMessage{}
	g := d.guarded(one{message: m})
	if m.GetConnectRequest() == nil {
		g.address = peer
	}
	return out, g.RecvMsg(out)
}

// entitled is the law on one envelope, written once more: without an early return, on what was sent.
func entitled(b *remote.MessageBatch, e *remote.MessageEnvelope, anonymous bool) bool {
	in := func(i int32, n int) bool { return int64(i) >= 0 && int64(i) < int64(n) }
	typed := in(e.GetTypeId(), len(b.GetTypeNames())) && mayCome(b.GetTypeNames()[e.GetTypeId()])
	targeted := in(e.GetTarget(), len(b.GetTargets())) && b.GetTargets()[e.GetTarget()].GetId() == "delen"
	plain := e.GetSerializerId() == 0
	answerable := false
	if e.GetSender() > 0 && in(e.GetSender()-1, len(b.GetSenders())) {
		s := b.GetSenders()[e.GetSender()-1]
		answerable = s.GetAddress() == peer && s.GetId() != "" && len(s.GetId()) <= 512
	}
	if anonymous {
		answerable = answerable || e.GetSender() == 0
	}
	return typed && targeted && plain && answerable
}

// mayCome says which types may pass: the one that is allowed, and those of its package that this program does not know.
func mayCome(name string) bool {
	_, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name))
	newer := ofPackage.MatchString(name) && len(name) <= 512 && err != nil
	return newer || name == "google.protobuf.Duration"
}

var ofPackage = regexp.MustCompile(`^google\.protobuf\.[A-Za-z_][A-Za-z0-9_]*$`)

// check holds the guard against the law for one message.
func check(t *testing.T, m *remote.RemoteMessage, anonymous bool) {
	t.Helper()
	incidents := 0
	d := allowed(anonymous, func(Incident) { incidents++ })
	out, err := pass(d, m)
	switch m.GetMessageType().(type) {
	case *remote.RemoteMessage_MessageBatch:
	case *remote.RemoteMessage_DisconnectRequest:
		if err != nil {
			t.Fatalf("a disconnection gives %v", err)
		}
		return
	case *remote.RemoteMessage_ConnectRequest:
		if got, want := err == nil, named.MatchString(m.GetConnectRequest().GetServerConnection().GetAddress()); got != want {
			t.Fatalf("%v gives %v", m, err)
		}
		return
	default:
		if err == nil {
			t.Fatalf("%v passes", m)
		}
		return
	}
	if err != nil {
		t.Fatalf("a batch ends the stream: %v", err)
	}
	sent, got := m.GetMessageBatch(), out.GetMessageBatch()
	var want []*remote.MessageEnvelope
	for _, e := range sent.GetEnvelopes() {
		if entitled(sent, e, anonymous) {
			want = append(want, e)
		}
	}
	if dropped := len(sent.GetEnvelopes()) - len(want); incidents != dropped || len(got.GetEnvelopes()) != len(want) {
		t.Fatalf("%d of %d envelopes pass and %d are reported, want %d and %d",
			len(got.GetEnvelopes()), len(sent.GetEnvelopes()), incidents, len(want), dropped)
	}
	for i, e := range got.GetEnvelopes() {
		checkEnvelope(t, got, e, sent, want[i])
	}
	if bytes := d.InHouse(); bytes != 0 {
		t.Fatalf("%d bytes stay in the house", bytes)
	}
}

// checkEnvelope holds what passed against what was sent.
func checkEnvelope(t *testing.T, in *remote.MessageBatch, got *remote.MessageEnvelope, from *remote.MessageBatch, sent *remote.MessageEnvelope) {
	t.Helper()
	if a := in.GetTargets()[got.GetTarget()].GetAddress(); a != localAddress {
		t.Fatalf("an envelope goes to address %q", a)
	}
	want := &remote.MessageEnvelope{
		TypeId: sent.GetTypeId(), Target: sent.GetTarget(), Sender: sent.GetSender(), SenderRequestId: sent.GetSenderRequestId(),
		SerializerId: serializerID, MessageData: got.GetMessageData(),
	}
	if d := cmp.Diff(want, got, protocmp.Transform(), protocmp.IgnoreUnknown()); d != "" {
		t.Fatalf("an envelope has changed (-want +got):\n%s", d)
	}
	name := from.GetTypeNames()[sent.GetTypeId()]
	m, err := remote.Deserialize(got.GetMessageData(), name, got.GetSerializerId())
	a, ok := m.(*Arrival)
	if err != nil || !ok || a.At.IsZero() {
		t.Fatalf("what passes is decoded as %v, %v", m, err)
	}
	a.Done()
	if name != "google.protobuf.Duration" {
		if a.Body != nil || !errors.Is(a.Err, ErrUnknown) {
			t.Fatalf("a message of a newer type arrives as %v, %v", a.Body, a.Err)
		}
		return
	}
	body := &durationpb.Duration{}
	if err := proto.Unmarshal(sent.GetMessageData(), body); (err == nil) != (a.Err == nil) || err == nil && !proto.Equal(a.Body, body) {
		t.Fatalf("%v, %v arrives as %v, %v", body, err, a.Body, a.Err)
	}
}

func batch(b *remote.MessageBatch) *remote.RemoteMessage {
	return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: b}}
}

func FuzzDoor(f *testing.F) {
	for seed := range uint64(50) {
		data, err := proto.Marshal(randomMessage(rand.New(rand.NewPCG(seed, 1))))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, seed%2 == 0)
	}
	f.Fuzz(func(t *testing.T, data []byte, anonymous bool) {
		m := &remote.RemoteMessage{}
		if proto.Unmarshal(data, m) == nil && m.GetConnectRequest() == nil {
			check(t, m, anonymous)
		}
	})
}

func TestOnlyWhatMayPassPasses(t *testing.T) {
	for seed := range uint64(5000) {
		check(t, randomMessage(rand.New(rand.NewPCG(seed, 2))), seed%2 == 0)
	}
}

// randomMessage is a batch in which about half of everything is as it should be, or another message.
func randomMessage(rng *rand.Rand) *remote.RemoteMessage {
	switch rng.IntN(20) {
	case 0:
		return &remote.RemoteMessage{}
	case 1:
		return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_DisconnectRequest{DisconnectRequest: &remote.DisconnectRequest{}}}
	case 2:
		return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: &remote.ConnectRequest{}}}
	case 3:
		return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: &remote.ConnectRequest{
			ConnectionType: &remote.ConnectRequest_ClientConnection{ClientConnection: &remote.ClientConnection{}}}}}
	case 4:
		return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: &remote.ConnectRequest{
			ConnectionType: &remote.ConnectRequest_ServerConnection{ServerConnection: &remote.ServerConnection{
				Address: []string{peer, "", self, "unix:/run/x", "dns:///x:80", "localhost", ":80", "[::1]:90", "h:99999"}[rng.IntN(9)]}}}}}
	case 5:
		return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectResponse{ConnectResponse: &remote.ConnectResponse{}}}
	}
	pick := func(good string, bad ...string) string {
		if rng.IntN(3) > 0 {
			return good
		}
		return bad[rng.IntN(len(bad))]
	}
	b := &remote.MessageBatch{}
	for range rng.IntN(4) {
		b.TypeNames = append(b.TypeNames, pick("google.protobuf.Duration", "google.protobuf.Timestamp", "google.protobuf.Newer", "actor.PoisonPill", "actor.Terminated", "", "no.Such"))
	}
	for range rng.IntN(4) {
		b.Targets = append(b.Targets, &actor.PID{Id: pick("delen", "", "activator", "delen2", "$1"), Address: pick(self, "", "nonhost", "10.0.0.1:1")})
	}
	for range rng.IntN(4) {
		long := strings.Repeat("x", 512+rng.IntN(2))
		b.Senders = append(b.Senders, &actor.PID{Id: pick("app", "", long), Address: pick(peer, "", "nonhost", self, long, "127.0.0.1:10")})
	}
	index := func(n int) int32 {
		if rng.IntN(5) > 0 && n > 0 {
			return int32(rng.IntN(n))
		}
		return []int32{-1, int32(n), int32(n + 1), -1 << 31, 1<<31 - 1}[rng.IntN(5)]
	}
	for range rng.IntN(6) {
		e := &remote.MessageEnvelope{TypeId: index(len(b.TypeNames)), Target: index(len(b.Targets)), Sender: index(len(b.Senders) + 1), TargetRequestId: uint32(rng.IntN(2))}
		if rng.IntN(5) == 0 {
			e.SerializerId = []int32{1, 2, 3, -1, 99}[rng.IntN(5)]
		}
		if rng.IntN(3) == 0 {
			e.MessageHeader = &remote.MessageHeader{HeaderData: map[string]string{"k": "v"}}
		}
		e.MessageData = make([]byte, rng.IntN(4))
		for i := range e.MessageData {
			e.MessageData[i] = byte(rng.Uint32())
		}
		b.Envelopes = append(b.Envelopes, e)
	}
	return batch(b)
}

// arrival sends one message with a sender and gives what the library would pass on.
func arrival(t *testing.T, d *Door, name string, data []byte) *Arrival {
	t.Helper()
	return arrivalOf(t, d, batch(&remote.MessageBatch{
		TypeNames: []string{name}, Targets: []*actor.PID{{Id: "delen"}},
		Senders: []*actor.PID{{Id: "app", Address: peer}}, Envelopes: []*remote.MessageEnvelope{{Sender: 1, MessageData: data}},
	}))
}

// arrivalOf sends a batch of one message.
func arrivalOf(t *testing.T, d *Door, m *remote.RemoteMessage) *Arrival {
	t.Helper()
	out, err := pass(d, m)
	if err != nil {
		t.Fatal(err)
	}
	e := out.GetMessageBatch().GetEnvelopes()[0]
	if len(e.GetMessageData()) > 100 {
		t.Errorf("%d bytes are left to the library", len(e.GetMessageData()))
	}
	a, err := remote.Deserialize(e.GetMessageData(), "", e.GetSerializerId())
	if err != nil {
		t.Fatal(err)
	}
	return a.(*Arrival)
}

func encoded(t *testing.T, m proto.Message) []byte {
	t.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestABodyThatCannotBeDecodedArrivesWithItsError(t *testing.T) {
	d := allowed(false, func(i Incident) { t.Errorf("reported %v", i) })
	a := arrival(t, d, "google.protobuf.Duration", append(encoded(t, &durationpb.Duration{Seconds: 5}), 0xff))
	if a.Err == nil || a.From != peer {
		t.Fatalf("got %+v", a)
	}
	if a.Body.(*durationpb.Duration).GetSeconds() != 5 {
		t.Errorf("what could be decoded is lost: %v", a.Body)
	}
}

// An app that is newer than the node must hear that its message is not known, so the id that it waits for arrives.
func TestANewerTypeArrivesWithItsFirstNumber(t *testing.T) {
	d := allowed(false, func(i Incident) { t.Errorf("reported %v", i) })
	a := arrival(t, d, "google.protobuf.Newer", encoded(t, &durationpb.Duration{Seconds: 77, Nanos: 1}))
	if a.ID != 77 || a.Body != nil || !errors.Is(a.Err, ErrUnknown) || !strings.Contains(a.Err.Error(), "Newer") {
		t.Errorf("got %+v", a)
	}
}

func TestAnotherMessageThanTheLibrarysEndsTheStream(t *testing.T) {
	g := allowed(false, func(Incident) {}).guarded(other{})
	if err := g.RecvMsg(&timestamppb.Timestamp{}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("got %v", err)
	}
}

type other struct{ grpc.ServerStream }

func (other) RecvMsg(any) error { return nil }

func TestAPanicEndsItsStreamAlone(t *testing.T) {
	var got []Incident
	d := allowed(false, func(i Incident) { got = append(got, i) })
	err := d.stream(nil, one{}, nil, func(any, grpc.ServerStream) error { panic("boom") })
	if status.Code(err) != codes.Internal || len(got) != 1 || got[0].Reason != "panic" || !strings.Contains(got[0].Detail, "boom") {
		t.Errorf("got %v, reported %v", err, got)
	}
}

func TestTheStreamsOwnEndIsHandedOn(t *testing.T) {
	end := errors.New("end")
	g := allowed(false, func(i Incident) { t.Errorf("reported %v", i) }).guarded(ended{err: end})
	if err := g.RecvMsg(&remote.RemoteMessage{}); !errors.Is(err, end) {
		t.Errorf("got %v", err)
	}
}

type ended struct {
	grpc.ServerStream
	err error
}

func (e ended) RecvMsg(any) error { return e.err }

// What a peer says of itself goes into the log, so its length is bounded and it cannot forge lines.
func TestWhatIsReportedIsPrintable(t *testing.T) {
	var got []Incident
	c := allowed(false, func(i Incident) { got = append(got, i) })
	evil := "a\nb\x1b[31m" + strings.Repeat("\x00", 100_000)
	b := &remote.MessageBatch{
		TypeNames: []string{evil, "google.protobuf.Duration"}, Targets: []*actor.PID{{Id: evil}, {Id: "delen"}},
		Envelopes: []*remote.MessageEnvelope{{}, {TypeId: 1}, {TypeId: 1, Target: 1}, {TypeId: 9}, {SerializerId: 7}},
	}
	if _, err := pass(c, batch(b)); err != nil {
		t.Fatal(err)
	}
	var reasons []string
	for _, i := range got {
		reasons = append(reasons, i.Reason)
		if len(i.Detail) > 4096 || strings.ContainsAny(i.Detail, "\n\x1b\x00") {
			t.Errorf("%s is reported with %d bytes: %.80q", i.Reason, len(i.Detail), i.Detail)
		}
	}
	if d := cmp.Diff([]string{"type", "target", "sender", "index", "serializer"}, reasons); d != "" {
		t.Errorf("reasons (-want +got):\n%s", d)
	}
}

// An oversized message must be refused by its id, so its numbers arrive and nothing else of it.
func TestAnOversizedMessageArrivesWithItsNumbersOnly(t *testing.T) {
	d := allowed(false, func(i Incident) { t.Errorf("reported %v", i) })
	long := encoded(t, &durationpb.Duration{Seconds: 77})
	long = protowire.AppendTag(long, 9, protowire.BytesType)
	long = protowire.AppendBytes(long, make([]byte, d.config.MaxMessage))
	numbers := encoded(t, &durationpb.Duration{Seconds: 77})
	for len(numbers) <= d.config.MaxMessage {
		numbers = protowire.AppendTag(numbers, 9, protowire.VarintType)
		numbers = protowire.AppendVarint(numbers, 1)
	}
	for name, data := range map[string][]byte{"a text": long, "numbers": numbers} {
		a := arrival(t, d, "google.protobuf.Duration", data)
		if !errors.Is(a.Err, ErrOversized) || a.Body.(*durationpb.Duration).GetSeconds() != 77 {
			t.Errorf("%s: got %.200v", name, a)
		}
		if n := len(a.Body.ProtoReflect().GetUnknown()); n > 2*maxScalars {
			t.Errorf("%s: %d bytes arrive", name, n)
		}
	}
	for _, garbage := range [][]byte{{0xff}, {0x08}, {0x0a, 0xff, 0xff}} {
		if got := scalars(garbage); len(got) != 0 {
			t.Errorf("scalars(%x) = %x", garbage, got)
		}
	}
}
