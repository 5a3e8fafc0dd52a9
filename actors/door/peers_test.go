package door

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// greeting is a handshake that names an address.
func greeting(address string) *remote.RemoteMessage {
	server := &remote.ConnectRequest_ServerConnection{ServerConnection: &remote.ServerConnection{Address: address}}
	return &remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: &remote.ConnectRequest{ConnectionType: server}}}
}

// visit is a stream that greets with each of the addresses, one after the other, and then stays until it is told to leave.
func visit(d *Door, leave <-chan struct{}, addresses ...string) (in <-chan struct{}, over <-chan error) {
	inside, end := make(chan struct{}), make(chan error, 1)
	go func() {
		u := &tube{ctx: context.Background(), in: make(chan *remote.RemoteMessage, len(addresses))}
		end <- d.stream(nil, u, nil, func(_ any, s grpc.ServerStream) error {
			for _, a := range addresses {
				u.in <- greeting(a)
				if err := s.RecvMsg(&remote.RemoteMessage{}); err != nil {
					return err
				}
			}
			close(inside)
			<-leave
			return nil
		})
	}()
	return inside, end
}

func TestAPeerThatCannotBeReachedIsToldSo(t *testing.T) {
	const elsewhere = "192.0.2.1:4242"
	var got []Incident
	d := allowed(false, func(i Incident) { got = append(got, i) })
	d.dial = func(_ context.Context, network, address string) (net.Conn, error) {
		return nil, errors.New(network + " to " + address + " is refused")
	}
	_, over := visit(d, nil, elsewhere)
	err := <-over
	if status.Code(err) != codes.FailedPrecondition || !strings.Contains(err.Error(), elsewhere) || !strings.Contains(err.Error(), "is refused") {
		t.Errorf("the stream ends with %v", err)
	}
	if len(got) != 1 || got[0].Reason != "unreachable" || got[0].Peer != elsewhere || !strings.Contains(got[0].Detail, "is refused") {
		t.Errorf("reported %v", got)
	}
}

func TestDiallingAPeerEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := allowed(false, func(Incident) {})
		d.dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		start := time.Now()
		_, over := visit(d, nil, peer)
		if err := <-over; status.Code(err) != codes.FailedPrecondition || time.Since(start) > time.Minute {
			t.Errorf("the stream ends with %v after %s", err, time.Since(start))
		}
	})
}

// One connection is enough for all streams of an address, and none is needed where nobody answers.
func TestAPeerIsDialledOnceWhileItStays(t *testing.T) {
	dialled := 0
	d := allowed(false, func(i Incident) { t.Errorf("reported %v", i) })
	d.dial = func(context.Context, string, string) (net.Conn, error) {
		dialled++
		return nobody{}, nil
	}
	leave := make(chan struct{})
	var ends []<-chan error
	for range 3 {
		in, over := visit(d, leave, peer, peer)
		<-in
		ends = append(ends, over)
	}
	close(leave)
	for _, over := range ends {
		if err := <-over; err != nil {
			t.Error(err)
		}
	}
	if dialled != 1 {
		t.Errorf("dialled %d times", dialled)
	}
	in, over := visit(d, leave, peer)
	<-in
	<-over
	if dialled != 2 {
		t.Errorf("a peer that comes back is not dialled: %d times", dialled)
	}
	d = allowed(true, func(i Incident) { t.Errorf("reported %v", i) })
	d.dial = func(context.Context, string, string) (net.Conn, error) { panic("dialled") }
	in, over = visit(d, leave, peer)
	<-in
	<-over
}

func TestAnAddressIsGoneWithItsLastStream(t *testing.T) {
	const another = "127.0.0.1:10"
	d := allowed(false, func(Incident) {})
	var gone []string
	d.peers.gone = func(address string) { gone = append(gone, address) }
	expect := func(when string, want ...string) {
		t.Helper()
		if !slices.Equal(gone, want) {
			t.Errorf("%s: gone are %v, want %v", when, gone, want)
		}
		gone = nil
	}
	first, second, third := make(chan struct{}), make(chan struct{}), make(chan struct{})
	in1, over1 := visit(d, first, peer)
	<-in1
	in2, over2 := visit(d, second, peer)
	<-in2
	expect("a second stream has begun: the first is lost to the peer", peer)
	in3, over3 := visit(d, third, another)
	<-in3
	close(first)
	<-over1
	expect("one of two streams has ended")
	close(third)
	<-over3
	expect("the other address's only stream has ended", another)
	close(second)
	<-over2
	expect("the last stream has ended", peer)
	_, over := visit(d, nil, "nowhere")
	<-over
	expect("a stream without address has ended")
	d.heard(&remote.EndpointTerminatedEvent{Address: peer})
	expect("our own connection has ended", peer)
	d.heard(&remote.EndpointConnectedEvent{Address: peer})
	expect("our own connection has begun")
}

func TestThereIsRoomForSoManyStreams(t *testing.T) {
	var got []Incident
	d := allowed(false, func(i Incident) { got = append(got, i) })
	leave := make(chan struct{})
	var ends []<-chan error
	for range maxStreams {
		in, over := visit(d, leave, peer)
		<-in
		ends = append(ends, over)
	}
	_, over := visit(d, leave, peer)
	if err := <-over; status.Code(err) != codes.ResourceExhausted || !strings.Contains(err.Error(), "64") {
		t.Errorf("one too many ends with %v", err)
	}
	if len(got) != 1 || got[0].Reason != "streams" {
		t.Errorf("reported %v", got)
	}
	close(leave)
	for _, over := range ends {
		<-over
	}
	in, over := visit(d, leave, peer)
	<-in
	if err := <-over; err != nil {
		t.Errorf("there is room again, but a stream ends with %v", err)
	}
}

// A stream of our own that fails says why.
func TestTheEndOfAnOwnStreamIsTold(t *testing.T) {
	end := errors.New("end")
	told := map[string]error{}
	d := newDoor(Config{Lost: func(address string, why error) { told[address] = why }})
	cc, err := grpc.NewClient("passthrough:///"+peer, d.dialOptions()...)
	if err != nil {
		t.Fatal(err)
	}
	defer cc.Close()
	fails := func(context.Context, *grpc.StreamDesc, *grpc.ClientConn, string, ...grpc.CallOption) (grpc.ClientStream, error) {
		return nil, end
	}
	if _, err := d.dialled(t.Context(), nil, cc, "", fails); !errors.Is(err, end) || !errors.Is(told[cc.Target()], end) {
		t.Errorf("a stream that cannot be opened gives %v and tells %v", err, told)
	}
	clear(told)
	opens := func(context.Context, *grpc.StreamDesc, *grpc.ClientConn, string, ...grpc.CallOption) (grpc.ClientStream, error) {
		return &dying{end: end}, nil
	}
	s, err := d.dialled(t.Context(), nil, cc, "", opens)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RecvMsg(nil); err != nil || len(told) > 0 {
		t.Errorf("a message gives %v and tells %v", err, told)
	}
	if err := s.RecvMsg(nil); !errors.Is(err, end) || !errors.Is(told[cc.Target()], end) {
		t.Errorf("the end gives %v and tells %v", err, told)
	}
}

// dying is a stream that gives one message.
type dying struct {
	grpc.ClientStream
	end  error
	over bool
}

func (s *dying) RecvMsg(any) error {
	if s.over {
		return s.end
	}
	s.over = true
	return nil
}

// A few bytes that stand for many are charged as many.
func TestAMessageWeighsWhatItsPartsTake(t *testing.T) {
	deep := &remote.MessageBatch{}
	for range 10_000 {
		deep.Envelopes = append(deep.Envelopes, &remote.MessageEnvelope{})
	}
	for name, m := range map[string]proto.Message{
		"empty":  &durationpb.Duration{},
		"parts":  deep,
		"texts":  &remote.MessageBatch{TypeNames: make([]string, 10_000)},
		"bytes":  &remote.MessageEnvelope{MessageData: make([]byte, 10_000)},
		"header": &remote.MessageHeader{HeaderData: map[string]string{"a": "b"}},
	} {
		data := encoded(t, m)
		got, least := weigh(m.ProtoReflect().Descriptor(), data), len(data)
		switch name {
		case "parts":
			least = 10_000 * 96
		case "texts":
			least = 10_000 * 16
		}
		if got < least || got > 4*least+messageBytes+2*partBytes {
			t.Errorf("%s: %d bytes weigh %d, want %d and not much more", name, len(data), got, least)
		}
	}
}

func TestAMessageOfVeryManyPartsIsOversized(t *testing.T) {
	d := newDoor(Config{Messages: []proto.Message{&remote.MessageBatch{}}, MaxMessage: 10_000})
	m := &remote.MessageBatch{}
	for range 4000 {
		m.Envelopes = append(m.Envelopes, &remote.MessageEnvelope{})
	}
	data := encoded(t, m)
	a, bytes := decode(d.types["remote.MessageBatch"], "remote.MessageBatch", data, d.config.MaxMessage)
	if len(data) > d.config.MaxMessage || !errors.Is(a.Err, ErrOversized) || bytes > 2*messageBytes {
		t.Errorf("%d bytes arrive as %d, %v", len(data), bytes, a.Err)
	}
	if n := len(a.Body.(*remote.MessageBatch).GetEnvelopes()); n != 0 {
		t.Errorf("%d parts arrive", n)
	}
}
