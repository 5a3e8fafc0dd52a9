package actors_test

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/internal/patience"
)

// A flooder sends requests for one tenant: all that the connection takes, whatever comes back, or as a decent app does,
// with so many on their way and no more. It counts how each one ends. Its requests are encoded once, but for their ids,
// so that it takes less of the machine to send them than to receive them.
type flooder struct {
	peer *peer
	head []byte // of a batch: names and addresses
	body []byte // of a request, without its id

	mu      sync.Mutex
	changed *sync.Cond
	waiting map[uint64]bool // requests that have no end yet
	ends    ends
	resting bool
	sending sync.WaitGroup
}

// ends are how requests have ended.
type ends struct {
	Sent, Answered, Refused, Failed int
	Strange                         int     // second ends, and those of no request
	Busy                            float64 // seconds that segments ran for the answers
	Seconds                         float64 // from the first to the last that was sent
}

// newFlooder connects a flooder to a node. All its requests have the same input.
func newFlooder(t testing.TB, node, tenant string, input *wire.Tensor) *flooder {
	f := &flooder{peer: newPeer(t, node), waiting: map[uint64]bool{}}
	f.changed = sync.NewCond(&f.mu)
	request := &wire.Infer{Version: wire.Version, Tenant: tenant, Inputs: []*wire.Tensor{input}}
	empty := f.peer.batch(request)
	f.body, empty.Envelopes = empty.Envelopes[0].MessageData, nil
	f.head = marshal(t, empty)
	go func() {
		for m := range f.peer.answers {
			f.end(m)
		}
	}()
	return f
}

func (f *flooder) end(m proto.Message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := m.(interface{ GetId() uint64 }).GetId()
	if !f.waiting[id] {
		f.ends.Strange++
	}
	delete(f.waiting, id)
	switch m := m.(type) {
	case *wire.Inferred:
		f.ends.Answered++
		f.ends.Busy += time.Duration(m.GetBusyNs()).Seconds()
	case *wire.Refused:
		f.ends.Refused++
	default:
		f.ends.Failed++
	}
	f.changed.Broadcast()
}

// run sends requests, in batches, whenever the flooder may, until it is to rest or there are no more.
func (f *flooder) run(requests, batch int, may func() bool) {
	f.sending.Go(func() {
		start := time.Now()
		for sent := 0; sent < requests && may(); sent += batch {
			if err := f.peer.stream.SendMsg(f.batch(min(batch, requests-sent))); err != nil {
				_, err = f.peer.stream.Recv()
				panic(fmt.Sprintf("the node takes no more of the flood: %v", err))
			}
		}
		f.mu.Lock()
		f.ends.Seconds = time.Since(start).Seconds()
		f.mu.Unlock()
	})
}

// without lets the flooder send without regard to anything.
func (f *flooder) without() func() bool { return f.upTo(math.MaxInt) }

// upTo lets the flooder send while less than so many of its requests are on their way.
func (f *flooder) upTo(inFlight int) func() bool {
	return func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		for !f.resting && len(f.waiting) >= inFlight {
			f.changed.Wait()
		}
		return !f.resting
	}
}

// every lets the flooder send so many times a second, at regular times.
func (f *flooder) every(rate int) func() bool {
	start, times := time.Now(), 0
	return func() bool {
		time.Sleep(time.Until(start.Add(time.Duration(times) * time.Second / time.Duration(rate))))
		times++
		f.mu.Lock()
		defer f.mu.Unlock()
		return !f.resting
	}
}

// sofar is the count since the last time that the flooder settled.
func (f *flooder) sofar() ends {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ends
}

// batch gives the pieces of a batch of requests, as they go over the line.
func (f *flooder) batch(n int) pieces {
	all := pieces{f.head}
	f.mu.Lock()
	for range n {
		id := f.peer.id()
		f.waiting[id] = true
		f.ends.Sent++
		all = append(all, f.envelope(id), f.body)
	}
	f.mu.Unlock()
	size := 0
	for _, piece := range all {
		size += len(piece)
	}
	return append(pieces{field(nil, &remote.RemoteMessage{}, "message_batch", size)}, all...)
}

// envelope is what comes before a request's body in a batch. Its sender is the batch's first; its type and its target too,
// whose index is 0 and need not be said.
func (f *flooder) envelope(id uint64) []byte {
	request := number(nil, &wire.Infer{}, "id", id)
	inner := number(nil, &remote.MessageEnvelope{}, "sender", 1)
	inner = field(inner, &remote.MessageEnvelope{}, "message_data", len(request)+len(f.body))
	inner = append(inner, request...)
	return append(field(nil, &remote.MessageBatch{}, "envelopes", len(inner)+len(f.body)), inner...)
}

// field begins a field of a message that has so many bytes.
func field(b []byte, of proto.Message, name protoreflect.Name, bytes int) []byte {
	b = protowire.AppendTag(b, of.ProtoReflect().Descriptor().Fields().ByName(name).Number(), protowire.BytesType)
	return protowire.AppendVarint(b, uint64(bytes))
}

// number is a field that holds a number.
func number(b []byte, of proto.Message, name protoreflect.Name, value uint64) []byte {
	b = protowire.AppendTag(b, of.ProtoReflect().Descriptor().Fields().ByName(name).Number(), protowire.VarintType)
	return protowire.AppendVarint(b, value)
}

// rest stops sending.
func (f *flooder) rest() {
	f.mu.Lock()
	f.resting = true
	f.changed.Broadcast()
	f.mu.Unlock()
	f.sending.Wait()
}

// settle waits until everything that was sent has ended, and gives the count since the last time.
func (f *flooder) settle() ends {
	f.sending.Wait()
	over := time.AfterFunc(time.Until(patience.Over(f.peer.t)), func() {
		panic(fmt.Sprintf("%d of %d requests do not end", len(f.waiting), f.ends.Sent))
	})
	defer over.Stop()
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.waiting) > 0 {
		f.changed.Wait()
	}
	e := f.ends
	f.ends, f.resting = ends{}, false
	return e
}

// floodVariable tells this test binary that it is a flooder's process, of which node, and with which input.
const floodVariable = "DELEN_TEST_FLOOD"

// The inputs of a flooder's process.
const (
	floodBig   = "big"
	floodGlyph = "glyph"
)

// The orders to a flooder's process.
const (
	orderFlood = "flood" // without regard to anything
	orderFair  = "fair"  // with so many requests on their way at most
	orderPace  = "pace"  // so many requests a second
	orderRest  = "rest"
)

// floodAsOrdered is the flooder's process. It says what it has counted whenever it rests.
func floodAsOrdered(node, input string) {
	row := bigPicture(31)
	if input == floodGlyph {
		row = inputs(pictures(outsider{})[0])[0]
	}
	f := newFlooder(outsider{}, node, "flooded", row)
	const batch = 8
	for orders := bufio.NewScanner(os.Stdin); orders.Scan(); {
		var order string
		done := event{Kind: "done"}
		var n int
		fmt.Sscan(orders.Text(), &order, &n)
		switch order {
		case orderFlood:
			f.run(math.MaxInt, batch, f.without())
		case orderFair:
			f.run(math.MaxInt, 1, f.upTo(n))
		case orderPace:
			f.run(math.MaxInt, batch, f.every(n/batch))
		case orderRest:
			f.rest()
			e := f.settle()
			done.Ends = &e
		}
		emit(done)
	}
}

// outsider stands for the test in a process that is none: what is fatal ends it.
type outsider struct{ testing.TB }

func (outsider) Helper()        {}
func (outsider) Cleanup(func()) {}
func (outsider) Fatal(args ...any) {
	panic(fmt.Sprint(args...))
}
func (outsider) Fatalf(format string, args ...any) {
	panic(fmt.Sprintf(format, args...))
}

// launchFlooder starts a flooder's process with an input, on a core or on any.
func launchFlooder(t testing.TB, node, input, core string) *child {
	t.Helper()
	return spawn(t, core, floodVariable+"="+node+" "+input)
}
