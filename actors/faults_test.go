package actors_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// amid sends a request that fails while sound ones are under way, which must all be answered.
func amid(t *testing.T, cl *client.Client, r client.Request) error {
	t.Helper()
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := inferAdmitted(patiently(t), cl, client.Request{Tenant: "survey", Inputs: inputs(pictures(t)[i])}); err != nil {
				t.Errorf("a sound request beside the one that fails: %v", err)
			}
		})
	}
	_, err := inferAdmitted(patiently(t), cl, r)
	wg.Wait()
	return err
}

// at asks for a fault, at any segment.
func at(t *testing.T, segment, what int) client.Request {
	return client.Request{Tenant: "doorbell", Inputs: faulty(t, segment, what), Criterion: "false"}
}

func TestARunThatFailsFailsItsRequestAlone(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, options{}).dial()
	for segment := 1; segment <= 4; segment++ {
		want(t, amid(t, cl, at(t, segment, breaks)), wire.Code_INTERNAL, false, "the run breaks", "glyphs")
		want(t, amid(t, cl, at(t, segment, nan)), wire.Code_INTERNAL, false, "NaN", "glyphs")
	}
	healthy(t, cl)
}

// More often than the library would restart an actor by default, with one stage for each segment.
func TestARunThatPanicsFailsItsRequestAloneHoweverOften(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, options{scheduler: "slots = 1"}).dial()
	for i := range 30 {
		want(t, amid(t, cl, at(t, 1+i%2, panics)), wire.Code_INTERNAL, false, "panicked", "as the test ordered")
	}
	healthy(t, cl)
}

func TestARunThatHangsIsTerminatedAndItsSlotComesBack(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, options{scheduler: "slots = 1\nrun_limit = \"2s\""}).dial()
	for segment := 1; segment <= 4; segment++ {
		want(t, amid(t, cl, at(t, segment, hangs)), wire.Code_INTERNAL, false, "longer than 2s")
		healthy(t, cl)
	}
}

// The ticket of a run that does not even end when it is asked to fails all the same; its slot is lost until it does.
func TestARunThatIsStuckHoldsItsSlotAndNothingElse(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{scheduler: "slots = 2\nrun_limit = \"2s\""})
	cl := n.dial()
	want(t, amid(t, cl, at(t, 2, stuck)), wire.Code_INTERNAL, false, "longer than 2s")
	healthy(t, cl)
	_, err := cl.Infer(patiently(t), at(t, 2, running))
	want(t, err, wire.Code_INTERNAL, false, "longer than 2s")
	// Both slots are held: what comes now waits, and can be given up.
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		_, err := cl.Infer(ctx, client.Request{Tenant: "doorbell", Inputs: inputs(pictures(t)[0])})
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("a request that is given up ends with %v", err)
	}
	_, err = cl.Infer(patiently(t), client.Request{Tenant: "doorbell", Inputs: inputs(pictures(t)[0]), Timeout: 200 * time.Millisecond})
	want(t, err, wire.Code_DEADLINE_EXCEEDED, false, "before the first exit")
	n.order("release")
	n.order("release")
	healthy(t, cl)
}

// A deadline that comes while a segment runs ends the request then, with the deepest answer.
func TestADeadlineDuringARunEndsTheRequestWithItsDeepestAnswer(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	r := at(t, 3, running)
	r.Timeout, r.WantOutputs = time.Second, true
	a, err := cl.Infer(patiently(t), r)
	if err != nil {
		t.Fatal(err)
	}
	if a.Reason != wire.Reason_DEADLINE || a.Exit != 2 || len(a.Outputs) != 1 || a.Outputs[0].GetName() != "exit2" {
		t.Errorf("got exit %d, reason %s, outputs %v", a.Exit, a.Reason, a.Outputs)
	}
	r = at(t, 1, running)
	r.Timeout = 200 * time.Millisecond
	_, err = cl.Infer(patiently(t), r)
	want(t, err, wire.Code_DEADLINE_EXCEEDED, false)
	n.order("release")
	n.order("release")
	healthy(t, cl)
}

func TestMemoryThatIsUsedUpFailsARequestAsExhausted(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	n.order("memory full")
	for range 10 {
		_, err := cl.Infer(patiently(t), client.Request{Tenant: "doorbell", Inputs: inputs(pictures(t)[0])})
		want(t, err, wire.Code_RESOURCE_EXHAUSTED, false, "memory")
	}
	n.order("memory free")
	healthy(t, cl)
}
