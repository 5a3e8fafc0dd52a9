package actors_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// ended is how a call ended.
type ended struct {
	answer *client.Answer
	err    error
}

// begin sends a request and does not wait for its end.
func begin(ctx context.Context, cl *client.Client, r client.Request) <-chan ended {
	c := make(chan ended, 1)
	go func() {
		a, err := cl.Infer(ctx, r)
		c <- ended{a, err}
	}()
	return c
}

// held has a request of the survey that waits between its first two exits, because the doorbell holds the only slot until
// the node is told to release it.
func held(t *testing.T, ctx context.Context, change func(*client.Request)) (*child, *client.Client, <-chan ended) {
	t.Helper()
	n := start(t, options{scheduler: "slots = 1"})
	cl := n.dial()
	r := client.Request{Tenant: "survey", Inputs: faulty(t, 1, running), Criterion: "false"}
	change(&r)
	between := begin(ctx, cl, r)
	n.await("hanging")
	p := newPeer(t, n.address)
	holds, after := p.infer(), &wire.SetCriterion{Id: p.id(), Tenant: "doorbell"}
	holds.Inputs = faulty(t, 1, running)
	p.say(holds, after)
	if set, ok := p.next().(*wire.CriterionSet); !ok { // by now the doorbell's request is in the queue
		t.Fatalf("got %v", set)
	}
	n.order("release")
	n.await("hanging")
	t.Cleanup(func() {
		if a, ok := p.next().(*wire.Inferred); !ok || a.GetId() != holds.GetId() {
			t.Errorf("the request that held the slot gets %v", a)
		}
	})
	return n, cl, between
}

func TestADeadlineBetweenTwoExitsGivesTheFirstOnesAnswer(t *testing.T) {
	if alone(t) {
		return
	}
	n, cl, between := held(t, patiently(t), func(r *client.Request) { r.Timeout = time.Second })
	e := <-between
	if e.err != nil || e.answer.Exit != 1 || e.answer.Reason != wire.Reason_DEADLINE {
		t.Errorf("got %+v, %v", e.answer, e.err)
	}
	n.order("release")
	healthy(t, cl)
}

func TestARequestCanBeTakenBackBetweenTwoExits(t *testing.T) {
	if alone(t) {
		return
	}
	ctx, cancel := context.WithCancel(patiently(t))
	n, cl, between := held(t, ctx, func(*client.Request) {})
	cancel()
	if e := <-between; !errors.Is(e.err, context.Canceled) {
		t.Errorf("got %+v, %v", e.answer, e.err)
	}
	if _, err := cl.SetCriterion(patiently(t), "survey", ""); err != nil { // by now the survey knows
		t.Fatal(err)
	}
	n.order("release")
	healthy(t, cl)
	if b := n.stop()["survey"]; b.Admitted != 2 || b.Answered != 1 {
		t.Errorf("the books say %+v", b)
	}
}

func TestADeadlineInTheQueueEndsTheRequestAndItNeverRuns(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{scheduler: "slots = 1"})
	cl := n.dial()
	holds := begin(patiently(t), cl, at(t, 1, running))
	n.await("hanging")
	// It would panic if it ran.
	_, err := cl.Infer(patiently(t), client.Request{Tenant: "survey", Inputs: faulty(t, 1, panics), Timeout: 50 * time.Millisecond})
	want(t, err, wire.Code_DEADLINE_EXCEEDED, false, "before the first exit")
	n.order("release")
	if e := <-holds; e.err != nil {
		t.Error(e.err)
	}
	healthy(t, cl)
	if n.stop(); n.last.Renewed != 0 {
		t.Error("the request has run")
	}
}

func TestACriterionHoldsForARequestThatWasAdmittedUnderIt(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	if _, err := cl.SetCriterion(patiently(t), "doorbell", "exit >= 3"); err != nil {
		t.Fatal(err)
	}
	r := at(t, 1, running)
	r.Criterion = ""
	flying := begin(patiently(t), cl, r)
	n.await("hanging")
	if _, err := cl.SetCriterion(patiently(t), "doorbell", "exit >= 1"); err != nil {
		t.Fatal(err)
	}
	n.order("release")
	if e := <-flying; e.err != nil || e.answer.Exit != 3 || e.answer.CriterionVersion != 2 {
		t.Errorf("a request in flight gets %+v, %v", e.answer, e.err)
	}
	a, err := cl.Infer(patiently(t), client.Request{Tenant: "doorbell", Inputs: inputs(pictures(t)[0])})
	if err != nil || a.Exit != 1 || a.CriterionVersion != 3 {
		t.Errorf("a later one gets %+v, %v", a, err)
	}
}

// Of a camera's pictures the newest counts: the one that runs ends, the one that came last runs next, those between fail.
func TestAFullQueueThatDropsTheOldestAnswersTheNewest(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{scheduler: "slots = 1", tenants: "tenant \"doorbell\" {\n  queue = 2\n  overflow = \"drop-oldest\"\n}\ntenant \"survey\" {}"})
	cl := n.dial()
	p := newPeer(t, n.address)
	var ids []uint64
	for i := range 6 {
		m := p.infer()
		if i == 0 {
			m.Inputs = faulty(t, 1, running)
		}
		ids = append(ids, m.GetId())
		p.say(m)
		if i == 0 {
			n.await("hanging")
		}
	}
	for _, id := range ids[1:5] {
		if f, ok := p.next().(*wire.Failed); !ok || f.GetId() != id || f.GetCode() != wire.Code_RESOURCE_EXHAUSTED {
			t.Errorf("request %d gets %v", id, f)
		}
	}
	n.order("release")
	for _, id := range []uint64{ids[0], ids[5]} {
		if a, ok := p.next().(*wire.Inferred); !ok || a.GetId() != id {
			t.Errorf("request %d gets %v", id, a)
		}
	}
	healthy(t, cl)
}

// A request that was held up on its way, for instance by a connection that broke, does not run when nobody waits for it any
// more: its timeout counts from when it was sent.
func TestARequestThatComesLateDoesNotRun(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	p := newPeer(t, n.address)
	p.say(&wire.Describe{Id: p.id()})
	d, ok := p.next().(*wire.Description)
	if !ok || d.GetNowNs() <= 0 {
		t.Fatalf("the node says that its clock stands at %v", d)
	}
	for _, c := range []struct {
		ago, timeout time.Duration
		refused      bool
	}{
		{time.Hour, time.Minute, true}, {time.Minute, time.Hour, false}, {-time.Hour, time.Minute, false},
	} {
		m := p.infer()
		m.SentAtNs, m.TimeoutNs = d.GetNowNs()-int64(c.ago), int64(c.timeout)
		if c.refused {
			m.Inputs = faulty(t, 1, panics)
		}
		p.say(m)
		switch e := p.next().(type) {
		case *wire.Refused:
			if !c.refused || e.GetCode() != wire.Code_DEADLINE_EXCEEDED {
				t.Errorf("sent %s ago with a timeout of %s: %v", c.ago, c.timeout, e)
			}
		case *wire.Inferred:
			if c.refused {
				t.Errorf("sent %s ago with a timeout of %s: %v", c.ago, c.timeout, e)
			}
		default:
			t.Errorf("sent %s ago with a timeout of %s: %v", c.ago, c.timeout, e)
		}
	}
	healthy(t, cl)
	if n.stop(); n.last.Renewed != 0 {
		t.Error("the late request has run")
	}
}
