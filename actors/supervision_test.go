package actors_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors"
	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// deep is a request that goes through all segments.
func deep(t *testing.T, i int) client.Request {
	return client.Request{Tenant: "survey", Inputs: inputs(pictures(t)[i]), Criterion: "false"}
}

// An app that sends what a segment cannot compute, again and again, must not cost the others a session.
func TestABadInputRebuildsNothing(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	for i := range 20 {
		segment := 1 + i%4
		want(t, amid(t, cl, at(t, segment, breaks)), wire.Code_INTERNAL, false, "the run breaks")
		want(t, amid(t, cl, at(t, segment, nan)), wire.Code_INTERNAL, false, "NaN")
	}
	healthy(t, cl)
	if n.stop(); n.last.Renewed != 0 {
		t.Errorf("%d runners were renewed", n.last.Renewed)
	}
}

// The session of segment 2 breaks under load: the requests that meet it fail, with the reason, and the others are answered.
func TestABrokenSessionIsRenewedUnderLoad(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	for range 3 {
		var wg sync.WaitGroup
		for worker := range 8 {
			wg.Go(func() {
				for i := range 20 {
					if _, err := inferAdmitted(patiently(t), cl, deep(t, 20*worker+i)); err != nil {
						want(t, err, wire.Code_INTERNAL, false, "segment 2 of model glyphs", "the session is broken")
					}
				}
			})
		}
		n.order("session broken")
		wg.Wait()
		if _, err := inferAdmitted(patiently(t), cl, deep(t, 0)); err != nil {
			t.Errorf("after the session was renewed: %v", err)
		}
	}
	if n.stop(); n.last.Renewed < 3 {
		t.Errorf("%d runners were renewed", n.last.Renewed)
	}
}

// What does not need the segment is served all the while, also in the slot whose stage is out of order.
func TestAStageThatCannotBeRenewedFailsWhatNeedsItAndComesBack(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{scheduler: "slots = 1"})
	cl := n.dial()
	n.order("session lost")
	_, err := cl.Infer(patiently(t), deep(t, 0))
	want(t, err, wire.Code_INTERNAL, false, "segment 2 of model glyphs", "the session is broken")
	for range 10 {
		_, err := cl.Infer(patiently(t), deep(t, 0))
		want(t, err, wire.Code_INTERNAL, false, "segment 2 of model glyphs", "out of order", "the session is lost")
		early := deep(t, 1)
		early.Criterion = "exit >= 1"
		if a, err := cl.Infer(patiently(t), early); err != nil || a.Exit != 1 {
			t.Errorf("a request that ends at exit 1: %v, %v", a, err)
		}
	}
	n.order("session whole")
	ctx := patiently(t)
	var no *client.Error
	for _, err = cl.Infer(ctx, deep(t, 0)); errors.As(err, &no); {
		_, err = cl.Infer(ctx, deep(t, 0))
	}
	if err != nil {
		t.Errorf("the stage does not come back: %v", err)
	}
	healthy(t, cl)
}

// A stage that makes its session anew may use anything: a node that stops meanwhile releases nothing.
func TestStoppingBesideARenewalReleasesNothing(t *testing.T) {
	if alone(t) {
		return
	}
	n := launch(t, options{scheduler: "slots = 1", grace: time.Second})
	n.address = n.await("ready").Text
	cl := n.connect()
	n.order("session hung")
	_, err := cl.Infer(patiently(t), deep(t, 0))
	want(t, err, wire.Code_INTERNAL, false, "the session is broken")
	n.await("hanging")
	n.terminate()
	if e := n.await("stopped"); !strings.Contains(e.Text, actors.ErrStuck.Error()) {
		t.Errorf("the node stopped with %q", e.Text)
	}
	<-n.ended
}

// A mistake of ours that one message brings to light costs nobody else anything: the first that looks at the model is the
// tenant, as it reads the criterion.
func TestAMessageUnderWhichATenantPanicsIsRefused(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	healthy(t, cl)
	n.order("model panics")
	r := deep(t, 0)
	r.Criterion = "exit >= 2 && exit < 4"
	_, err := cl.Infer(patiently(t), r)
	want(t, err, wire.Code_INTERNAL, true, "the node has made a mistake")
	if a, err := cl.Infer(patiently(t), r); err != nil || a.Exit != 2 {
		t.Errorf("the same message again gets %v, %v", a, err)
	}
	healthy(t, cl)
}

// A tenant actor that panics as it ends a request what it has promised
// any more. The process ends, and no call waits for ever.
func TestATenantThatPanicsEndsTheProcessAndEveryCall(t *testing.T) {
	if alone(t) {
		return
	}
	n := launch(t, options{})
	n.address = n.await("ready").Text
	cl := n.connect()
	n.order("free panics")
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if _, err := cl.Infer(context.Background(), deep(t, i)); err != nil && !lost(err) {
				t.Errorf("a call ends with %v", err)
			}
		})
	}
	wg.Wait()
	<-n.ended
	if n.err == nil {
		t.Error("the process says that all is well")
	}
}
