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
	"github.com/delen-edge/delen/internal/patience"
)

// connect is dial for a client that outlives its node: it is not closed.
func (c *child) connect() *client.Client {
	c.t.Helper()
	cl, err := client.Dial(patiently(c.t), client.Config{Node: c.address})
	if err != nil {
		c.t.Fatal(err)
	}
	return cl
}

// flood sends requests without end and without deadline, until each worker has met an error that ends it. It gives these
// errors and counts the answers.
func flood(t *testing.T, cl *client.Client, over func(error) bool) (wait func() int) {
	var (
		mu       sync.Mutex
		answered int
		wg       sync.WaitGroup
	)
	for worker := range 16 {
		wg.Go(func() {
			for {
				_, err := cl.Infer(context.Background(), client.Request{Tenant: []string{"doorbell", "survey"}[worker%2], Inputs: inputs(pictures(t)[worker])})
				if err != nil && over(err) {
					return
				}
				if err != nil {
					t.Errorf("a call ends with %v", err)
					return
				}
				mu.Lock()
				answered++
				mu.Unlock()
			}
		})
	}
	return func() int {
		done := make(chan struct{})
		go func() {
			wg.Wait()
			close(done)
		}()
		select {
		case <-done:
		case <-patience.After(t):
			t.Fatal("calls without deadline do not end")
		}
		mu.Lock()
		defer mu.Unlock()
		return answered
	}
}

func unavailable(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && e.Code == wire.Code_UNAVAILABLE
}

func lost(err error) bool { return errors.Is(err, client.ErrLost) }

// A call that comes after the end of admission is refused until the connection ends.
func TestSIGTERMEndsEveryCallWithAnAnswerOrSaysUnavailableOrLost(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.connect()
	healthy(t, cl)
	wait := flood(t, cl, func(err error) bool { return unavailable(err) || lost(err) })
	healthy(t, cl)
	n.terminate()
	if wait() == 0 {
		t.Error("nothing was answered")
	}
	for tenant, b := range n.stopped() {
		if b.Refused+b.Admitted == 0 {
			t.Errorf("tenant %s booked %+v", tenant, b)
		}
	}
	if _, err := cl.Infer(patiently(t), client.Request{Tenant: "doorbell", Inputs: inputs(pictures(t)[0])}); !lost(err) {
		t.Errorf("a call after the node's end gives %v", err)
	}
}

// What is in the house when the node stops ends within the grace; what has not by then says so.
func TestStoppingLetsWhatRunsEndAndFailsWhatDoesNot(t *testing.T) {
	if alone(t) {
		return
	}
	for name, c := range map[string]struct {
		grace   time.Duration
		release bool
		code    wire.Code // OK: answered
	}{
		"in time":  {time.Minute, true, wire.Code_OK},
		"too late": {time.Millisecond, false, wire.Code_UNAVAILABLE},
	} {
		n := start(t, options{grace: c.grace, scheduler: "slots = 1"})
		p := newPeer(t, n.address)
		m := p.infer()
		m.Inputs, m.Criterion = faulty(t, 2, running), "false"
		p.say(m)
		n.await("hanging")
		waiting := p.infer()
		p.say(waiting)
		p.silent()
		n.terminate()
		if c.release {
			n.order("release")
		}
		for range 2 {
			switch a := p.next().(type) {
			case *wire.Inferred:
				if c.code != wire.Code_OK {
					t.Errorf("%s: answered %v", name, a)
				}
			case *wire.Failed:
				if a.GetCode() != c.code {
					t.Errorf("%s: failed %v", name, a)
				}
			default:
				t.Errorf("%s: got %v", name, a)
			}
		}
		if !c.release {
			n.order("release")
		}
		p.leave()
		n.stopped()
	}
}

// A native call that does not come back keeps its memory: the node stops without releasing it, and says so.
func TestStoppingBesideAStuckRunReleasesNothingThatItUses(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{grace: time.Millisecond, scheduler: "slots = 1\nrun_limit = \"2s\""})
	p := newPeer(t, n.address)
	m := p.infer()
	m.Inputs, m.Criterion = faulty(t, 2, stuck), "false"
	p.say(m)
	if f, ok := p.next().(*wire.Failed); !ok || f.GetCode() != wire.Code_INTERNAL {
		t.Errorf("got %v", f)
	}
	n.terminate()
	e := n.await("stopped")
	if !strings.Contains(e.Text, actors.ErrStuck.Error()) || e.Carries != 1 {
		t.Errorf("the node stopped with %q and %d carries in use", e.Text, e.Carries)
	}
	<-n.ended
}

func TestAKilledNodeEndsEveryCall(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.connect()
	wait := flood(t, cl, lost)
	healthy(t, cl)
	if err := n.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if wait() == 0 {
		t.Error("nothing was answered")
	}
	<-n.ended
	if _, err := cl.Infer(patiently(t), client.Request{Tenant: "doorbell", Inputs: inputs(pictures(t)[0])}); !lost(err) {
		t.Errorf("a call to a node that is dead gives %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := cl.Infer(ctx, client.Request{Tenant: "doorbell", Inputs: inputs(pictures(t)[0])}); !lost(err) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a call with a deadline to a node that is dead gives %v", err)
	}
}

// A client finds a node again that comes back where it was, without being told.
func TestANodeThatRestartsOnItsPortServesTheSameClient(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.connect()
	healthy(t, cl)
	for _, end := range []func(){func() { n.stop() }, func() { n.cmd.Process.Kill(); <-n.ended }} {
		end()
		n = start(t, options{listen: n.address})
		ctx := patiently(t)
		for {
			_, err := cl.Infer(ctx, client.Request{Tenant: "doorbell", Inputs: inputs(pictures(t)[0])})
			if err == nil {
				break
			}
			if !lost(err) {
				t.Fatalf("a call to a node that has restarted gives %v", err)
			}
		}
		healthy(t, cl)
	}
}

func TestAPortInUseIsAnErrorThatNamesTheAddress(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	second := launch(t, options{listen: n.address})
	if e := second.await("error"); !strings.Contains(e.Text, n.address) || !strings.Contains(e.Text, "in use") {
		t.Errorf("the error is %q", e.Text)
	}
	<-second.ended
	healthy(t, n.dial())
}

func TestDiallingNobodyIsAnErrorThatNamesTheAddress(t *testing.T) {
	if alone(t) {
		return
	}
	_, err := client.Dial(patiently(t), client.Config{Node: "127.0.0.1:1"})
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("got %v", err)
	}
}

func TestAClosedClientEndsItsCalls(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	wait := flood(t, cl, func(err error) bool { return errors.Is(err, client.ErrClosed) })
	healthy(t, cl)
	cl.Close()
	wait()
	cl.Close()
	if _, err := cl.Tenants(patiently(t)); !errors.Is(err, client.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
