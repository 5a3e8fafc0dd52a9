package client_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/internal/patience"
)

func TestClientOfANodeThatSaysAnything(t *testing.T) {
	if alone(t) {
		return
	}
	n, config := newNode(t)
	ctx := patience.Context(t)
	cl := n.dial(ctx, config)

	t.Run("answers find their calls in any order", func(t *testing.T) {
		first := infer(ctx, cl, client.Request{Tenant: "a"})
		a := n.come(t)
		second := infer(ctx, cl, client.Request{Tenant: "b"})
		b := n.come(t)
		if a.GetId() == b.GetId() || a.GetVersion() != wire.Version {
			t.Errorf("the requests are %v and %v", a, b)
		}
		n.say(&wire.Inferred{Id: b.GetId(), Exit: 2}, &wire.Inferred{Id: b.GetId(), Exit: 3}, &wire.Inferred{Id: a.GetId(), Exit: 1}, &wire.Inferred{Id: 1 << 60})
		if c := <-first; c.err != nil || c.answer.Exit != 1 {
			t.Errorf("the first gets %+v", c)
		}
		if c := <-second; c.err != nil || c.answer.Exit != 2 {
			t.Errorf("the second gets %+v", c)
		}
	})

	t.Run("a no is an error with its code", func(t *testing.T) {
		done := infer(ctx, cl, client.Request{Tenant: "a"})
		n.say(&wire.Refused{Id: n.come(t).GetId(), Code: wire.Code_RESOURCE_EXHAUSTED, Message: "full", RetryAfterNs: 5e6})
		var e *client.Error
		if c := <-done; !errors.As(c.err, &e) || !e.Refused || e.Code != wire.Code_RESOURCE_EXHAUSTED || e.RetryAfter != 5*time.Millisecond || !strings.Contains(e.Error(), "5ms") {
			t.Errorf("a refusal gives %v", c.err)
		}
		done = infer(ctx, cl, client.Request{Tenant: "a"})
		n.say(&wire.Failed{Id: n.come(t).GetId(), Code: wire.Code_INTERNAL, Message: "broken"})
		if c := <-done; !errors.As(c.err, &e) || e.Refused || e.Code != wire.Code_INTERNAL || e.Message != "broken" {
			t.Errorf("a failure gives %v", c.err)
		}
	})

	t.Run("an answer of another kind is an error", func(t *testing.T) {
		done := infer(ctx, cl, client.Request{Tenant: "a"})
		n.say(&wire.CriterionSet{Id: n.come(t).GetId()})
		if c := <-done; c.err == nil || !strings.Contains(c.err.Error(), "CriterionSet") {
			t.Errorf("got %+v", c)
		}
	})

	t.Run("an answer that cannot be decoded is an error", func(t *testing.T) {
		done := infer(ctx, cl, client.Request{Tenant: "a"})
		n.sayBroken(&wire.Inferred{Id: n.come(t).GetId()})
		if c := <-done; c.err == nil || c.answer != nil {
			t.Errorf("got %+v", c)
		}
	})

	t.Run("what is no answer does nothing", func(t *testing.T) {
		done := infer(ctx, cl, client.Request{Tenant: "a"})
		id := n.come(t).GetId()
		n.say(&actor.PoisonPill{}, &actor.Stop{}, &wire.Infer{Id: id}, &wire.Cancel{Id: id}, &actor.Terminated{Who: n.target})
		n.send(&remote.MessageBatch{TypeNames: []string{"delen.wire.v1.Inferred"}, Envelopes: []*remote.MessageEnvelope{
			{TypeId: 7}, {Target: 7}, {Sender: 7}, {TypeId: -1}, {SerializerId: 9},
		}})
		n.say(&wire.Inferred{Id: id, Exit: 4})
		if c := <-done; c.err != nil || c.answer.Exit != 4 {
			t.Errorf("got %+v", c)
		}
	})

	t.Run("a call that is given up is cancelled and its answer ignored", func(t *testing.T) {
		mine, giveUp := context.WithCancel(ctx)
		done := infer(mine, cl, client.Request{Tenant: "a"})
		id := n.come(t).GetId()
		giveUp()
		if c := <-done; !errors.Is(c.err, context.Canceled) {
			t.Errorf("got %+v", c)
		}
		if m, ok := (<-n.came).(*wire.Cancel); !ok || m.GetId() != id || m.GetTenant() != "a" {
			t.Errorf("the node got %v", m)
		}
		n.say(&wire.Inferred{Id: id})
	})

	t.Run("most of the context's time goes to the node unless the request says otherwise", func(t *testing.T) {
		mine, giveUp := context.WithTimeout(ctx, time.Minute)
		defer giveUp()
		done := infer(mine, cl, client.Request{Tenant: "a"})
		m := n.come(t)
		if got := time.Duration(m.GetTimeoutNs()); got <= 0 || got > 57*time.Second {
			t.Errorf("the node is given %s of a minute", got)
		}
		n.say(&wire.Inferred{Id: m.GetId()})
		<-done
		done = infer(mine, cl, client.Request{Tenant: "a", Timeout: time.Hour})
		m = n.come(t)
		if got := time.Duration(m.GetTimeoutNs()); got != time.Hour {
			t.Errorf("the node is given %s, the request said an hour", got)
		}
		n.say(&wire.Inferred{Id: m.GetId()})
		<-done
	})

	t.Run("a context that is over sends nothing", func(t *testing.T) {
		over, giveUp := context.WithCancel(ctx)
		giveUp()
		if c := <-infer(over, cl, client.Request{Tenant: "a"}); !errors.Is(c.err, context.Canceled) {
			t.Errorf("got %+v", c)
		}
		done := infer(ctx, cl, client.Request{Tenant: "next"})
		m := n.come(t)
		if m.GetTenant() != "next" {
			t.Errorf("the node gets %v", m)
		}
		n.say(&wire.Inferred{Id: m.GetId()})
		<-done
	})

	t.Run("a message above the node's limit is an error before it is sent", func(t *testing.T) {
		big := client.Float32s("", []int64{1, 10_000}, make([]float32, 10_000))
		c := <-infer(ctx, cl, client.Request{Tenant: "big", Inputs: []*wire.Tensor{big}})
		if c.err == nil || !strings.Contains(c.err.Error(), "10000") {
			t.Errorf("got %+v", c)
		}
	})

	t.Run("a text that cannot be sent is an error before it is", func(t *testing.T) {
		const bad = "a\xff"
		tensor := client.Float32s(bad, []int64{1}, []float32{1})
		_, err := cl.SetCriterion(ctx, "a", bad)
		for _, err := range []error{
			(<-infer(ctx, cl, client.Request{Tenant: bad})).err, err,
			(<-infer(ctx, cl, client.Request{Tenant: "a", Inputs: []*wire.Tensor{tensor}})).err,
		} {
			var no *client.Error
			if !errors.As(err, &no) || no.Code != wire.Code_INVALID_ARGUMENT || !strings.Contains(no.Message, "UTF-8") {
				t.Errorf("got %v", err)
			}
		}
		for _, err := range cl.Watch(ctx, bad, 0) {
			if err == nil || !strings.Contains(err.Error(), "UTF-8") {
				t.Errorf("a watch gets %v", err)
			}
		}
	})

	t.Run("objectives", func(t *testing.T) { testObjectives(ctx, t, n, cl) })

	t.Run("watches", func(t *testing.T) { testWatches(ctx, t, n, cl) })

	t.Run("a description of none is an error", func(t *testing.T) {
		done := make(chan error, 1)
		go func() {
			_, err := cl.Tenant(ctx, "a")
			done <- err
		}()
		for {
			m := <-n.came
			if d, ok := m.(*wire.Describe); ok {
				n.say(&wire.Description{Id: d.GetId()})
				break
			}
		}
		if err := <-done; err == nil {
			t.Error("no tenant at all, and no error")
		}
	})
}

func TestAnAddressThatCannotBeIsAnError(t *testing.T) {
	ctx := patience.Context(t)
	for _, c := range []client.Config{{Node: ""}, {Node: "localhost"}, {Node: "127.0.0.1:1", Listen: "127.0.0.1"}, {Node: "127.0.0.1:1", Listen: "192.0.2.1:0"}} {
		if _, err := client.Dial(ctx, c); err == nil {
			t.Errorf("%+v is no error", c)
		}
	}
}
