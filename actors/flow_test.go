package actors_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// An app that sends without end is stopped at the door; others are served meanwhile, and it is served when there is room.
func TestAFloodWaitsOutsideAndHoldsUpNobodyElse(t *testing.T) {
	if alone(t) {
		return
	}
	const part = 512 << 10 // bytes for each of two tenants, as the smallest inbound gives
	n := start(t, options{inbound: "1MiB", scheduler: "slots = 1", tenants: "tenant \"doorbell\" { queue = 65536 }\ntenant \"survey\" {}"})
	flooder, bystander := newPeer(t, n.address), newPeer(t, n.address)
	holds := flooder.infer()
	holds.Inputs = faulty(t, 1, running)
	flooder.say(holds)
	n.await("hanging")
	const batches, size = 60, 20
	all := make(chan struct{})
	go func() {
		defer close(all)
		for range batches {
			var messages []proto.Message
			for range size {
				messages = append(messages, flooder.infer())
			}
			flooder.say(messages...)
		}
	}()
	for n.bytes() < part {
		time.Sleep(time.Millisecond)
	}
	for range 100 {
		bystander.silent()
		if bytes := n.bytes(); bytes > part+2*size*4096 {
			t.Fatalf("%d bytes are in the house, %d are the flooder's part", bytes, part)
		}
	}
	select {
	case a := <-flooder.answers:
		t.Errorf("an answer while the only slot is held: %v", a)
	default:
	}
	n.order("release")
	answered := 0
	for range batches*size + 1 {
		switch a := flooder.next().(type) {
		case *wire.Inferred:
			answered++
		case *wire.Refused: // so many are more than the plan lets in
			if a.Code != wire.Code_RESOURCE_EXHAUSTED || a.RetryAfterNs == 0 {
				t.Fatalf("got %v", a)
			}
		default:
			t.Fatalf("got %v", a)
		}
	}
	if answered < size { // those that were in the house
		t.Errorf("%d are answered", answered)
	}
	<-all
	n.stop()
	if n.last.Logged["tenant.paused"] == 0 || n.last.Logged["tenant.resumed"] == 0 {
		t.Errorf("the log says %v", n.last.Logged)
	}
}

// Nobody waits for the answers of an app that has gone: its requests leave the house, and it is not dialled for them.
func TestAnAppThatLeavesHasItsRequestsTakenBack(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{scheduler: "slots = 1"})
	p, stays := newPeer(t, n.address), newPeer(t, n.address)
	runs, waits := p.infer(), stays.infer()
	runs.Inputs, runs.Criterion = faulty(t, 1, running), "false"
	p.say(runs)
	n.await("hanging")
	stays.say(waits)
	for range 50 {
		p.say(p.infer())
	}
	p.silent() // all of them are in the queue
	p.leave()
	n.emptied(3 * 4096) // what runs, and the other app's
	n.order("release")
	if a, ok := stays.next().(*wire.Inferred); !ok || a.GetId() != waits.GetId() {
		t.Errorf("the app that stays gets %v", a)
	}
	if b := n.stop()["doorbell"]; b.Cancelled != 51 || b.Answered != 1 {
		t.Errorf("the books say %+v", b)
	}
	if len(p.answers) > 0 {
		t.Errorf("the app that has gone gets %v", <-p.answers)
	}
}

// Requests are counted by their door's clock, unless the app says that they were sent before.
func TestARequestThatWasLongOnItsWayDoesNotRun(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	p := newPeer(t, n.address)
	p.say(&wire.Describe{Id: p.id()})
	d, ok := p.next().(*wire.Description)
	if !ok || d.GetNowNs() == 0 {
		t.Fatalf("the node describes itself as %v", d)
	}
	for name, c := range map[string]struct {
		sent int64
		late bool
	}{
		"just now":            {d.GetNowNs(), false},
		"in good time":        {d.GetNowNs() - int64(time.Minute), false},
		"too long ago":        {d.GetNowNs() - int64(2*time.Hour), true},
		"at the epoch":        {1, true},
		"in the future":       {d.GetNowNs() + int64(time.Hour), false},
		"at the end of times": {math.MaxInt64, false},
		"not said":            {0, false},
		"never":               {-1, false},
		"nor before":          {math.MinInt64, false},
	} {
		m := p.infer()
		m.SentAtNs, m.TimeoutNs = c.sent, int64(time.Hour)
		p.say(m)
		switch a := p.next().(type) {
		case *wire.Inferred:
			if c.late {
				t.Errorf("sent %s: %v", name, a)
			}
		case *wire.Refused:
			if !c.late || a.GetCode() != wire.Code_DEADLINE_EXCEEDED {
				t.Errorf("sent %s: %v", name, a)
			}
		default:
			t.Errorf("sent %s: %v", name, a)
		}
	}
}

func TestAMessageOfANewerContractIsRefused(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	p := newPeer(t, n.address)
	m := &wire.Describe{Id: p.id()}
	b := p.batch(m)
	b.TypeNames[0] = "delen.wire.v1.Imagine"
	p.sendBatch(b)
	r, ok := p.next().(*wire.Refused)
	if !ok || r.GetId() != m.GetId() || r.GetCode() != wire.Code_UNIMPLEMENTED {
		t.Errorf("got %v", r)
	}
	p.silent()
}

func TestAnAppThatTheNodeCannotDialIsToldSo(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	_, err := client.Dial(patiently(t), client.Config{Node: n.address, Advertise: "127.0.0.1:1"})
	if err == nil {
		t.Fatal("no error")
	}
	for _, words := range []string{"127.0.0.1:1", "refused", "Advertise", "cannot reach"} {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("the error does not say %q: %v", words, err)
		}
	}
	if n.stop(); n.last.Logged["app.unreachable"] != 1 {
		t.Errorf("the log says %v", n.last.Logged)
	}
}
