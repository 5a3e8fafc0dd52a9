package door

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// books are a ledger without anything clever: every message that is in the house, in a list.
type books struct {
	messages []entry
	budgets  map[string]int
	paused   map[string]bool
	told     []Pause
}

type entry struct {
	charge *charge
	stream int
	payer  string
	bytes  int
}

func (b *books) of(payer string) int {
	bytes := 0
	for _, m := range b.messages {
		if m.payer == payer {
			bytes += m.bytes
		}
	}
	return bytes
}

// mustWait says for whom a stream must wait, if for anybody.
func (b *books) mustWait(stream int) map[string]bool {
	whom := map[string]bool{}
	for _, m := range b.messages {
		if m.stream == stream && b.of(m.payer) > b.budgets[m.payer] {
			whom[m.payer] = true
		}
	}
	return whom
}

func TestTheLedgerAgreesWithPlainBooksOnARandomWalk(t *testing.T) {
	for seed := range uint64(200) {
		walk(t, rand.New(rand.NewPCG(seed, 4)))
	}
}

func walk(t *testing.T, rng *rand.Rand) {
	t.Helper()
	b := &books{budgets: map[string]int{}, paused: map[string]bool{}}
	var told []Pause
	l := &ledger{accounts: map[string]*account{}, budget: func(p string) int { return b.budgets[p] }, paused: func(p Pause) { told = append(told, p) }}
	payers := []string{"", "a", "b"}
	for _, p := range payers {
		b.budgets[p] = rng.IntN(5000)
	}
	streams := make([]map[*account]int, 4)
	for i := range streams {
		streams[i] = map[*account]int{}
	}
	for range 300 {
		switch payer := payers[rng.IntN(3)]; rng.IntN(8) {
		case 0:
			b.budgets[payer] = rng.IntN(5000)
		case 1, 2, 3:
			stream, bytes := rng.IntN(4), 1+rng.IntN(2000)
			b.messages = append(b.messages, entry{l.charge(streams[stream], payer, bytes), stream, payer, bytes})
		case 4, 5, 6:
			if len(b.messages) > 0 {
				i := rng.IntN(len(b.messages))
				m := b.messages[i]
				b.messages = append(b.messages[:i], b.messages[i+1:]...)
				m.charge.release()
				m.charge.release()
				if have, budget := b.of(m.payer), b.budgets[m.payer]; b.paused[m.payer] && have <= budget/4 {
					b.paused[m.payer] = false
					b.told = append(b.told, Pause{m.payer, have, budget, true})
				}
			}
		default:
			ask(t, l, b, rng.IntN(4), streams)
		}
		if l.total() != b.of("")+b.of("a")+b.of("b") {
			t.Fatalf("%d bytes in the house, want %v", l.total(), b.messages)
		}
		if !slices.Equal(b.told, told) {
			t.Fatalf("what is told differs (-want +got):\n%s", cmp.Diff(b.told, told))
		}
	}
	for _, m := range b.messages {
		m.charge.release()
	}
	if l.total() != 0 || len(l.accounts) != 0 {
		t.Fatalf("%d bytes and %d accounts are left of nothing", l.total(), len(l.accounts))
	}
}

// ask has a stream look whether it must wait. It waits for one payer at a time, whichever.
func ask(t *testing.T, l *ledger, b *books, stream int, streams []map[*account]int) {
	t.Helper()
	room, whom := l.exceeded(streams[stream]), b.mustWait(stream)
	if (room != nil) != (len(whom) > 0) {
		t.Fatalf("stream %d waits: %v, want it to wait for %v", stream, room != nil, whom)
	}
	for payer := range whom {
		if a := l.accounts[payer]; a.room != nil && a.paused && !b.paused[payer] {
			b.paused[payer] = true
			b.told = append(b.told, Pause{payer, b.of(payer), b.budgets[payer], false})
		}
	}
}

// tube is a peer's stream that gives the messages that are put in.
type tube struct {
	grpc.ServerStream
	ctx context.Context
	in  chan *remote.RemoteMessage
}

func (u *tube) Context() context.Context { return u.ctx }

func (u *tube) RecvMsg(m any) error {
	select {
	case in := <-u.in:
		proto.Merge(m.(proto.Message), in)
		return nil
	case <-u.ctx.Done():
		return status.FromContextError(u.ctx.Err()).Err()
	}
}

// parcel is a batch of messages of a payer, who is told by their seconds. Each takes messageBytes and a few more.
func parcel(t *testing.T, payers ...int64) *remote.RemoteMessage {
	b := &remote.MessageBatch{
		TypeNames: []string{"google.protobuf.Duration"}, Targets: []*actor.PID{{Id: "delen"}}, Senders: []*actor.PID{{Id: "app", Address: peer}},
	}
	for _, p := range payers {
		b.Envelopes = append(b.Envelopes, &remote.MessageEnvelope{Sender: 1, MessageData: encoded(t, &durationpb.Duration{Seconds: p})})
	}
	return batch(b)
}

// paying is a door whose payers may have some bytes each.
func paying(t *testing.T, budget int) *Door {
	return newDoor(Config{
		Messages: []proto.Message{&durationpb.Duration{}}, Target: "delen", MaxMessage: 256 << 10,
		Report: func(i Incident) { t.Errorf("reported %v", i) },
		Payer:  func(m proto.Message) string { return fmt.Sprint(m.(*durationpb.Duration).GetSeconds()) },
		Budget: func(string) int { return budget },
	})
}

// reader reads a stream as the library does, and passes on what has arrived.
func (d *Door) reader(ctx context.Context, t *testing.T) (in chan<- *remote.RemoteMessage, out <-chan *Arrival, over <-chan error) {
	u := &tube{ctx: ctx, in: make(chan *remote.RemoteMessage, 10_000)}
	arrivals, end := make(chan *Arrival, 10_000), make(chan error, 1)
	go func() {
		end <- d.stream(nil, u, nil, func(_ any, s grpc.ServerStream) error {
			s.(*guard).address = peer
			d.peers.come(peer)
			for {
				m := &remote.RemoteMessage{}
				if err := s.RecvMsg(m); err != nil {
					return err
				}
				for _, e := range m.GetMessageBatch().GetEnvelopes() {
					a, err := remote.Deserialize(e.GetMessageData(), "", e.GetSerializerId())
					if err != nil {
						t.Errorf("the library cannot redeem a ticket: %v", err)
						return err
					}
					arrivals <- a.(*Arrival)
				}
			}
		})
	}()
	return u.in, arrivals, end
}

func TestAStreamWaitsForItsPayersAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		d := paying(t, 2*messageBytes)
		in, out, over := d.reader(ctx, t)
		for range 5 {
			in <- parcel(t, 1)
		}
		synctest.Wait()
		if len(out) != 2 {
			t.Fatalf("%d messages are read, want 2: the second exceeds the budget", len(out))
		}
		(<-out).Done()
		synctest.Wait()
		if len(out) != 2 {
			t.Fatalf("%d messages wait after one is done, want 2", len(out))
		}
		for range 4 {
			(<-out).Done()
			synctest.Wait()
		}
		if len(in) != 0 || d.InHouse() != 0 {
			t.Errorf("%d messages are not read, %d bytes are in the house", len(in), d.InHouse())
		}
		cancel()
		if err := <-over; status.Code(err) != codes.Canceled {
			t.Errorf("the stream ends with %v", err)
		}
	})
}

func TestAPayerThatExceedsItsBudgetStopsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		d := paying(t, 2*messageBytes)
		flood, flooded, _ := d.reader(ctx, t)
		quiet, answered, _ := d.reader(ctx, t)
		for range 100 {
			flood <- parcel(t, 1, 1, 1)
		}
		synctest.Wait()
		for range 100 {
			quiet <- parcel(t, 2)
			synctest.Wait()
			select {
			case a := <-answered:
				a.Done()
			default:
				t.Fatal("a stream waits for a payer that it has no messages of")
			}
		}
		if len(flooded) != 3 {
			t.Errorf("%d messages of the flood are read, want one batch of 3", len(flooded))
		}
		// A stream that carries both waits for the slower of them.
		both, mixed, _ := d.reader(ctx, t)
		both <- parcel(t, 1, 2)
		both <- parcel(t, 2)
		synctest.Wait()
		if len(mixed) != 2 {
			t.Errorf("%d messages of a mixed stream are read, want 2", len(mixed))
		}
		// Its own messages of the flooder have ended, so the others' are no matter any more.
		(<-mixed).Done()
		synctest.Wait()
		if len(mixed) != 2 {
			t.Errorf("%d messages of a mixed stream wait, want 2", len(mixed))
		}
	})
}

func TestAStreamThatEndsDoesNotWaitForItsPayers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		d := paying(t, 0)
		in, out, over := d.reader(ctx, t)
		in <- parcel(t, 1)
		synctest.Wait()
		cancel()
		if err := <-over; status.Code(err) != codes.Canceled {
			t.Errorf("the stream ends with %v", err)
		}
		// What it brought stays in the house until it is done.
		if d.InHouse() == 0 {
			t.Error("the message is off the account before it is done")
		}
		(<-out).Done()
		if d.InHouse() != 0 {
			t.Errorf("%d bytes are in the house", d.InHouse())
		}
	})
}

// However messages come and go, the house holds no more than the budgets and a batch of each stream.
func TestTheHouseIsBoundedUnderRandomTraffic(t *testing.T) {
	const budget, streams, batches, perParcel = 20 * messageBytes, 5, 200, 4
	const most = 3*budget + streams*perParcel*2*messageBytes
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 5))
			ctx, cancel := context.WithCancel(t.Context())
			d := paying(t, budget)
			var outs []<-chan *Arrival
			var ends []<-chan error
			for range streams {
				in, out, over := d.reader(ctx, t)
				for range batches {
					var payers []int64
					for range 1 + rng.IntN(perParcel) {
						payers = append(payers, rng.Int64N(3))
					}
					in <- parcel(t, payers...)
				}
				outs, ends = append(outs, out), append(ends, over)
			}
			var house []*Arrival
			for idle := false; !idle || len(house) > 0; {
				synctest.Wait()
				if now := d.InHouse(); now > most {
					t.Fatalf("%d bytes are in the house, more than %d", now, most)
				}
				idle = true
				for _, out := range outs {
					for len(out) > 0 {
						house, idle = append(house, <-out), false
					}
				}
				for range min(len(house), 1+rng.IntN(30)) {
					i := rng.IntN(len(house))
					a := house[i]
					house, idle = append(house[:i], house[i+1:]...), false // a stream may go on now
					go a.Done()
					go a.Done()
				}
			}
			synctest.Wait()
			if d.InHouse() != 0 {
				t.Fatalf("%d bytes are left of nothing", d.InHouse())
			}
			cancel()
			for _, over := range ends {
				<-over
			}
		})
	}
}

// The library may drop a batch that it has, when it is told to suspend or panics.
func TestWhatTheLibraryDropsIsOffTheAccount(t *testing.T) {
	d := paying(t, 1<<20)
	before := len(cloaks.arrivals)
	boom := errors.New("boom")
	err := d.stream(nil, one{message: parcel(t, 1, 2, 3)}, nil, func(_ any, s grpc.ServerStream) error {
		s.(*guard).address = peer
		d.peers.come(peer)
		for range 3 {
			m := &remote.RemoteMessage{}
			if err := s.RecvMsg(m); err != nil {
				return err
			}
			if got := len(m.GetMessageBatch().GetEnvelopes()); got != 3 || d.InHouse() < 3*messageBytes || d.InHouse() >= 4*messageBytes {
				t.Errorf("%d envelopes pass, %d bytes are in the house", got, d.InHouse())
			}
		}
		return boom
	})
	if !errors.Is(err, boom) || d.InHouse() != 0 || len(cloaks.arrivals) != before {
		t.Errorf("%v: %d bytes are in the house, %d arrivals in the cloakroom, %d before", err, d.InHouse(), len(cloaks.arrivals), before)
	}
}

func TestALetterToNobodyIsOffTheAccount(t *testing.T) {
	d := paying(t, 1<<20)
	a := arrivalOf(t, d, parcel(t, 1))
	d.heard(&actor.DeadLetterEvent{Message: "another"})
	if d.InHouse() == 0 {
		t.Error("another letter's end is taken for the arrival's")
	}
	d.heard(&actor.DeadLetterEvent{Message: a})
	if d.InHouse() != 0 {
		t.Errorf("%d bytes are in the house", d.InHouse())
	}
}

func TestAnArrivalThatNobodyPaysForCanBeDone(t *testing.T) { new(Arrival).Done() }
