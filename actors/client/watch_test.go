package client_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// A viewer loops over reports, and passes each on before it takes the next.
type viewer struct {
	reports chan *wire.Watched
	leave   chan bool // whether to leave the loop after a report
	over    chan error
}

// view starts a loop and gives the id under which the node is asked.
func view(ctx context.Context, t *testing.T, n *node, cl *client.Client) (*viewer, uint64) {
	t.Helper()
	v := &viewer{make(chan *wire.Watched), make(chan bool), make(chan error, 1)}
	go func() {
		for report, err := range cl.Watch(ctx, "a", time.Minute) {
			if err != nil {
				v.over <- err
				return
			}
			if v.reports <- report; <-v.leave {
				break
			}
		}
		v.over <- nil
	}()
	m := <-n.came
	w, ok := m.(*wire.Watch)
	if !ok || w.GetTenant() != "a" || w.GetEveryNs() != int64(time.Minute) {
		t.Fatalf("the node is asked for %v", m)
	}
	return v, w.GetId()
}

// want checks that the next report has a number, and leaves the loop or does not.
func (v *viewer) want(t *testing.T, sequence uint64, leave bool) {
	t.Helper()
	select {
	case r := <-v.reports:
		if r.GetSequence() != sequence {
			t.Errorf("got report %d, want %d", r.GetSequence(), sequence)
		}
		v.leave <- leave
	case err := <-v.over:
		t.Fatalf("the loop ends with %v instead of report %d", err, sequence)
	}
}

// wantCancel checks that the node is told.
func (n *node) wantCancel(t *testing.T, id uint64) {
	t.Helper()
	m := <-n.came
	if c, ok := m.(*wire.Cancel); !ok || c.GetId() != id || c.GetTenant() != "a" {
		t.Errorf("the node gets %v, want it told that %d is over", m, id)
	}
}

func testWatches(ctx context.Context, t *testing.T, n *node, cl *client.Client) {
	t.Run("reports come until the loop is left, and the node is told", func(t *testing.T) {
		v, id := view(ctx, t, n, cl)
		n.say(&wire.Watched{Id: id, Sequence: 1}, &wire.Watched{Id: id + 1, Sequence: 9}, &wire.Watched{Id: id, Sequence: 2})
		v.want(t, 1, false)
		v.want(t, 2, true)
		n.wantCancel(t, id)
		if err := <-v.over; err != nil {
			t.Errorf("the loop ends with %v", err)
		}
	})

	t.Run("a context that is done ends the loop, and the node is told", func(t *testing.T) {
		mine, giveUp := context.WithCancel(ctx)
		v, id := view(mine, t, n, cl)
		giveUp()
		n.wantCancel(t, id)
		if err := <-v.over; !errors.Is(err, context.Canceled) {
			t.Errorf("the loop ends with %v", err)
		}
	})

	t.Run("a report that cannot be decoded ends the loop, and the node is told", func(t *testing.T) {
		v, id := view(ctx, t, n, cl)
		n.sayBroken(&wire.Watched{Id: id})
		n.wantCancel(t, id)
		if err := <-v.over; err == nil {
			t.Error("the loop ends without an error")
		}
	})

	t.Run("the node's end of a watch is the loop's, after what came before", func(t *testing.T) {
		for _, refused := range []bool{true, false} {
			v, id := view(ctx, t, n, cl)
			end := proto.Message(&wire.Failed{Id: id, Code: wire.Code_CANCELLED, Message: "removed"})
			if refused {
				end = &wire.Refused{Id: id, Code: wire.Code_NOT_FOUND, Message: "unknown"}
			} else {
				n.say(&wire.Watched{Id: id, Sequence: 1})
				v.want(t, 1, false)
			}
			n.say(end)
			var e *client.Error
			if err := <-v.over; !errors.As(err, &e) || e.Refused != refused {
				t.Errorf("the loop ends with %v", err)
			}
		}
	})

	t.Run("an answer of another kind ends the loop", func(t *testing.T) {
		v, id := view(ctx, t, n, cl)
		n.say(&wire.CriterionSet{Id: id})
		if err := <-v.over; err == nil {
			t.Error("the loop ends without an error")
		}
	})

	t.Run("a slow loop loses the oldest reports and gets the newest", func(t *testing.T) {
		v, id := view(ctx, t, n, cl)
		const last = 500
		n.say(&wire.Watched{Id: id, Sequence: 1})
		r := <-v.reports
		for i := uint64(2); i <= last; i++ {
			n.say(&wire.Watched{Id: id, Sequence: i})
		}
		n.say(&wire.Failed{Id: id, Code: wire.Code_CANCELLED, Message: "removed"})
		// The inbox takes in order, so all of that is there when a later call has its answer.
		done := infer(ctx, cl, client.Request{Tenant: "a"})
		m := (<-n.came).(*wire.Infer)
		n.say(&wire.Inferred{Id: m.GetId()})
		if c := <-done; c.err != nil {
			t.Fatal(c.err)
		}
		lost := false
		for before := r.GetSequence(); before != last; before = r.GetSequence() {
			v.leave <- false
			r = <-v.reports
			if r.GetSequence() <= before {
				t.Fatalf("report %d comes after %d", r.GetSequence(), before)
			}
			lost = lost || r.GetSequence() != before+1
		}
		if !lost {
			t.Errorf("all of %d reports wait for a loop that is busy", last)
		}
		v.leave <- false
		var e *client.Error
		if err := <-v.over; !errors.As(err, &e) {
			t.Errorf("the loop ends with %v", err)
		}
	})
}
