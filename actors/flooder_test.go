package actors_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/delen-edge/delen/actors/wire"
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
	Strange                         int // second ends, and those of no request
	Seconds                         float64
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
	switch m.(type) {
	case *wire.Inferred:
		f.ends.Answered++
	case *wire.Refused:
		f.ends.Refused++
	default:
		f.ends.Failed++
	}
	f.changed.Broadcast()
}

// run sends requests, in batches, with so many at most on their way, until rest is called or there are no more.
func (f *flooder) run(requests, batch, inFlight int) {
	f.sending.Go(func() {
		start := time.Now()
		for sent := 0; sent < requests && f.room(inFlight); sent += batch {
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

// room waits until one more may be on its way. It is false when the flooder is to rest.
func (f *flooder) room(inFlight int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for !f.resting && len(f.waiting) >= inFlight {
		f.changed.Wait()
	}
	return !f.resting
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
	over := time.AfterFunc(patience, func() {
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

// floodVariable tells this test binary that it is a flooder's process, and of which node.
const floodVariable = "DELEN_TEST_FLOOD"

// The orders to a flooder's process. A number after fair says how many requests are on their way at most.
const (
	orderFlood = "flood"
	orderFair  = "fair"
	orderRest  = "rest"
)

// floodAsOrdered is the flooder's process. It says what it has counted whenever it rests.
func floodAsOrdered(node string) {
	f := newFlooder(outsider{}, node, "flooded", bigPicture(31))
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		order, number, _ := strings.Cut(orders.Text(), " ")
		switch order {
		case orderFlood:
			f.run(math.MaxInt, 8, math.MaxInt)
		case orderFair:
			n, err := strconv.Atoi(number)
			if err != nil {
				panic(err)
			}
			f.run(math.MaxInt, 1, n)
		case orderRest:
			f.rest()
			json.NewEncoder(os.Stdout).Encode(f.settle())
		}
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

// distant is a flooder in a process of its own.
type distant struct {
	t      testing.TB
	orders io.Writer
	counts *json.Decoder
}

func launchFlooder(t testing.TB, node string) *distant {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), floodVariable+"="+node)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the flooder: %v", err)
		}
	})
	return &distant{t, stdin, json.NewDecoder(stdout)}
}

func (d *distant) order(what string) {
	d.t.Helper()
	if _, err := fmt.Fprintln(d.orders, what); err != nil {
		d.t.Fatal(err)
	}
}

// rest has it rest, and gives what has become of its requests.
func (d *distant) rest() ends {
	d.t.Helper()
	d.order(orderRest)
	var e ends
	if err := d.counts.Decode(&e); err != nil {
		d.t.Fatal(err)
	}
	return e
}
