package actors_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// The reports of a watch add up to what the tenant was asked.
func TestAWatchReportsWhatHappens(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	ctx, cancel := context.WithCancel(patiently(t))
	defer cancel()
	go func() {
		for i := range 30 {
			r := client.Request{Tenant: "survey", Inputs: inputs(pictures(t)[i]), Criterion: "exit >= 2"}
			switch i {
			case 10:
				r.Inputs = faulty(t, 1, breaks)
			case 20:
				r.Criterion = "confidence >"
			}
			cl.Infer(ctx, r)
		}
		if _, err := cl.SetCriterion(ctx, "survey", "exit >= 3"); err != nil {
			t.Error(err)
		}
	}()
	var sum wire.Watched
	sum.Exits = make([]uint64, 4)
	sequence := uint64(0)
	for w, err := range cl.Watch(ctx, "survey", 20*time.Millisecond) {
		if err != nil {
			t.Fatal(err)
		}
		if sequence++; w.GetSequence() != sequence {
			t.Errorf("report %d comes as number %d", w.GetSequence(), sequence)
		}
		sum.Admitted, sum.Refused, sum.Failed, sum.BusyNs = sum.Admitted+w.Admitted, sum.Refused+w.Refused, sum.Failed+w.Failed, sum.BusyNs+w.BusyNs
		for i, exit := range w.GetExits() {
			sum.Exits[i] += exit
		}
		if w.GetWindowNs() <= 0 || w.GetUsed() < 0 || w.GetUsed() > 1 || w.GetShare() != 0.4 || w.GetResponseP50Ns() > w.GetResponseP95Ns() || w.GetResponseP95Ns() > w.GetResponseMaxNs() {
			t.Errorf("a report says %v", w)
		}
		if w.GetCriterion() == "exit >= 3" && w.GetInHouse() == 0 && w.GetCriterionVersion() == 2 {
			break
		}
	}
	// 29 admitted, because one has half a criterion; the run that breaks fails.
	if sum.Admitted != 29 || sum.Refused != 1 || sum.Failed != 1 || sum.Exits[1] != 28 || sum.BusyNs <= 0 {
		t.Errorf("the reports add up to %v", &sum)
	}
	healthy(t, cl)
}

func TestAWatchThatCannotBeIsRefusedAndOneThatEndsSaysWhy(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	watch := func(tenant string, every time.Duration) error {
		for _, err := range cl.Watch(patiently(t), tenant, every) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	want(t, watch("nobody", 0), wire.Code_NOT_FOUND, true, "nobody")
	want(t, watch("survey", time.Microsecond), wire.Code_INVALID_ARGUMENT, true, "10ms")
	want(t, watch("survey", -1), wire.Code_INVALID_ARGUMENT, true, "10ms")
	want(t, watch("survey", 1000*time.Hour), wire.Code_INVALID_ARGUMENT, true, "1h")

	p := newPeer(t, n.address)
	for i := range 17 {
		p.say(&wire.Watch{Id: uint64(i + 1), Tenant: "survey", EveryNs: int64(time.Minute)})
	}
	if r, ok := p.next().(*wire.Refused); !ok || r.GetId() != 17 || r.GetCode() != wire.Code_RESOURCE_EXHAUSTED {
		t.Errorf("the seventeenth watch gets %v", r)
	}
	p.say(&wire.Watch{Id: 1, Tenant: "survey"})
	if r, ok := p.next().(*wire.Refused); !ok || r.GetId() != 1 || r.GetCode() != wire.Code_INVALID_ARGUMENT {
		t.Errorf("a watch with an id in flight gets %v", r)
	}
	p.say(&wire.Cancel{Id: 3, Tenant: "survey"})
	if f, ok := p.next().(*wire.Failed); !ok || f.GetId() != 3 || f.GetCode() != wire.Code_CANCELLED {
		t.Errorf("a cancelled watch gets %v", f)
	}
	if e := n.reload(`tenant "doorbell" {}`); e != "" {
		t.Fatal(e)
	}
	for range 15 {
		if f, ok := p.next().(*wire.Failed); !ok || f.GetCode() != wire.Code_CANCELLED {
			t.Errorf("a watch of a tenant that is removed gets %v", f)
		}
	}
	ended := make(chan error, 1)
	first := make(chan bool, 1)
	go func() {
		for _, err := range cl.Watch(context.Background(), "doorbell", 10*time.Millisecond) {
			if err != nil {
				ended <- err
				return
			}
			select {
			case first <- true:
			default:
			}
		}
	}()
	<-first
	n.terminate()
	if err := <-ended; !errors.Is(err, client.ErrLost) {
		want(t, err, wire.Code_UNAVAILABLE, false, "stopping")
	}
	n.stopped()
}
