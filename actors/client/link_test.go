package client_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/internal/patience"
)

// wantLost checks that a call has failed because there is no connection.
func wantLost(t *testing.T, err error, words ...string) {
	t.Helper()
	if !errors.Is(err, client.ErrLost) {
		t.Errorf("got %v, want %v", err, client.ErrLost)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q: %v", w, err)
		}
	}
}

// again waits until calls reach the node once more, and answers one. What came to the node before must be that.
func (n *node) again(ctx context.Context, t *testing.T, cl *client.Client) {
	t.Helper()
	<-n.shaken
	for {
		done := infer(ctx, cl, client.Request{Tenant: "again"})
		select {
		case c := <-done:
			wantLost(t, c.err, "not sent")
		case m := <-n.came:
			i, ok := m.(*wire.Infer)
			if !ok || i.GetTenant() != "again" {
				t.Fatalf("the node gets %v, which was sent before", m)
			}
			n.say(&wire.Inferred{Id: i.GetId(), Exit: 1})
			if c := <-done; c.err != nil {
				t.Errorf("the call ends with %v", c.err)
			}
			return
		}
	}
}

// What breaks ends the calls in flight; the client connects again by itself, and sends nothing twice.
func TestALostConnectionEndsTheCallsAndIsMadeAgain(t *testing.T) {
	if alone(t) {
		return
	}
	n, config := newNode(t)
	ctx := patience.Context(t)
	cl := n.dial(ctx, config)

	for name, c := range map[string]struct{ lose, back func() }{
		"the node is killed":                   {n.kill, n.revive},
		"the connection for the answers ends":  {n.hangUp, func() {}},
		"the connection for the requests ends": {func() { n.end <- status.Error(codes.Unavailable, "pulled out") }, func() {}},
		"the requests are no longer read":      {func() { n.end <- nil }, func() {}},
	} {
		t.Run(name, func(t *testing.T) {
			watching, err := make(chan error, 1), error(nil)
			go func() {
				for _, err := range cl.Watch(ctx, "a", time.Minute) {
					watching <- err
				}
			}()
			if m, ok := (<-n.came).(*wire.Watch); !ok {
				t.Fatalf("the node gets %v", m)
			}
			done := infer(ctx, cl, client.Request{Tenant: "a"})
			n.come(t)
			c.lose()
			wantLost(t, (<-done).err, "not known")
			if err = <-watching; !errors.Is(err, client.ErrLost) {
				t.Errorf("the watch ends with %v", err)
			}
			c.back()
			n.again(ctx, t, cl)
		})
	}
}

func TestACallWithoutAConnectionFailsAtOnceAndSaysWhy(t *testing.T) {
	if alone(t) {
		return
	}
	n, config := newNode(t)
	ctx := patience.Context(t)
	cl := n.dial(ctx, config)
	n.kill()
	for {
		_, err := cl.Tenant(ctx, "a")
		wantLost(t, err)
		if strings.Contains(err.Error(), "refused") { // by the port on which nobody listens now
			wantLost(t, err, "since", "not sent")
			break
		}
	}
	for _, err := range cl.Watch(ctx, "a", 0) {
		wantLost(t, err, "not sent")
	}
	cl.Close()
	if _, err := cl.Tenant(ctx, "a"); !errors.Is(err, client.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestACallThatWaitsForTheConnection(t *testing.T) {
	if alone(t) {
		return
	}
	n, config := newNode(t)
	config.Wait = true
	ctx := patience.Context(t)
	cl := n.dial(ctx, config)
	done := infer(ctx, cl, client.Request{Tenant: "a"})
	n.come(t)
	n.kill()
	wantLost(t, (<-done).err, "not known") // it has been sent: to send it again might run it twice

	brief, giveUp := context.WithTimeout(ctx, 20*time.Millisecond)
	defer giveUp()
	_, err := cl.Tenant(brief, "a")
	if wantLost(t, err); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}

	// The context's time goes on while the call waits: the node is given what is left.
	done = infer(ctx, cl, client.Request{Tenant: "a"})
	n.revive()
	<-n.shaken
	m := n.come(t)
	deadline, _ := ctx.Deadline()
	if given := time.Duration(m.GetTimeoutNs()); given <= 0 || given > time.Until(deadline.Add(time.Second)) {
		t.Errorf("the node is given %s", given)
	}
	n.say(&wire.Inferred{Id: m.GetId(), Exit: 1})
	if c := <-done; c.err != nil {
		t.Errorf("got %v", c.err)
	}

	n.kill()
	for {
		brief, giveUp := context.WithTimeout(ctx, time.Millisecond)
		_, err := cl.Tenant(brief, "a")
		giveUp()
		if errors.Is(err, client.ErrLost) {
			break
		}
	}
	done = infer(ctx, cl, client.Request{Tenant: "a"})
	cl.Close()
	if c := <-done; !errors.Is(c.err, client.ErrClosed) {
		t.Errorf("a call that waits when the client is closed ends with %v", c.err)
	}
}

// A node that restarts has another clock; what it tells is what requests are stamped with.
func TestRequestsSayWhenTheyWereSentOnTheNodesClock(t *testing.T) {
	if alone(t) {
		return
	}
	n, config := newNode(t)
	ctx := patience.Context(t)
	n.clock = 1_000_000_000_000
	start := time.Now()
	cl := n.dial(ctx, config)
	last := n.clock - 1
	stamp := func() int64 {
		done := infer(ctx, cl, client.Request{Tenant: "a"})
		m := n.come(t)
		n.say(&wire.Inferred{Id: m.GetId()})
		<-done
		return m.GetSentAtNs()
	}
	for range 3 {
		sent := stamp()
		if sent <= last || sent > n.clock+int64(time.Since(start)) {
			t.Errorf("a request was sent at %d, want more than %d and at most %s after %d", sent, last, time.Since(start), n.clock)
		}
		last = sent
	}
	for _, clock := range []int64{5, 0} { // 0: a node that tells no time
		n.kill()
		n.clock = clock
		start = time.Now()
		n.revive()
		n.again(ctx, t, cl)
		if sent := stamp(); sent < clock || sent > clock+int64(time.Since(start)) || clock == 0 && sent != 0 {
			t.Errorf("a request was sent at %d, the node's clock stands at %d", sent, clock)
		}
	}
}

func TestDiallingEndsWithTheNodesWords(t *testing.T) {
	if alone(t) {
		return
	}
	n, config := newNode(t)
	n.deny = status.Error(codes.FailedPrecondition, "the node cannot reach the app: the moon is in the way")
	_, err := client.Dial(context.Background(), config)
	if err == nil {
		t.Fatal("no error")
	}
	for _, words := range []string{n.address, "the moon is in the way", "Advertise", "--listen"} {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("the error does not say %q: %v", words, err)
		}
	}
	if strings.Contains(err.Error(), "rpc error") {
		t.Errorf("the error shows how it came: %v", err)
	}
}

func TestDiallingAFullNodeSaysSo(t *testing.T) {
	if alone(t) {
		return
	}
	n, config := newNode(t)
	n.deny = status.Error(codes.ResourceExhausted, "no room")
	if _, err := client.Dial(context.Background(), config); err == nil || !strings.Contains(err.Error(), "no room") || strings.Contains(err.Error(), "no node") {
		t.Errorf("got %v", err)
	}
}

// Without a deadline of the caller's, too.
func TestDiallingANodeThatDoesNotAnswerEnds(t *testing.T) {
	if alone(t) {
		return
	}
	n, config := newNode(t)
	n.mute = true
	if _, err := client.Dial(context.Background(), config); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "dial back") {
		t.Errorf("got %v", err)
	}
}

// listener listens where no node does.
func listener(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// The library waits ten seconds for a peer that accepts a connection and is silent. Whoever dials it does not.
func TestDiallingSomethingSilentIsOverWhenItsTimeIs(t *testing.T) {
	if alone(t) {
		return
	}
	l := listener(t)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	over := make(chan error, 1)
	go func() {
		_, err := client.Dial(ctx, client.Config{Node: l.Addr().String()})
		over <- err
	}()
	select {
	case err := <-over:
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "is it a node, awake") {
			t.Errorf("got %v", err)
		}
	case <-time.After(9 * time.Second): // the library's ten
		t.Error("it is not over after nine seconds")
	}
}

func TestDiallingSomethingElseSaysSo(t *testing.T) {
	if alone(t) {
		return
	}
	l := listener(t)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Write([]byte("220 mail.example ESMTP\r\n"))
			conn.Close()
		}
	}()
	_, err := client.Dial(context.Background(), client.Config{Node: l.Addr().String()})
	if err == nil || !strings.Contains(err.Error(), "no node") {
		t.Errorf("got %v", err)
	}
}
