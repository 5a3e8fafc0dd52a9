package client_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

func testObjectives(ctx context.Context, t *testing.T, n *node, cl *client.Client) {
	type outcome struct {
		set *wire.ObjectiveSet
		err error
	}
	set := func(o client.Objective) (<-chan outcome, *wire.SetObjective) {
		done := make(chan outcome, 1)
		go func() {
			s, err := cl.SetObjective(ctx, "a", o)
			done <- outcome{s, err}
		}()
		m := <-n.came
		asked, ok := m.(*wire.SetObjective)
		if !ok {
			t.Fatalf("the node is asked for %v", m)
		}
		return done, asked
	}

	t.Run("an objective is told, and what it leads to", func(t *testing.T) {
		done, asked := set(client.Objective{Maximize: "accuracy", Where: "energy <= 80*mJ", Adapt: "per-workload"})
		want := &wire.SetObjective{Id: asked.GetId(), Tenant: "a", Maximize: "accuracy", Where: "energy <= 80*mJ", Adapt: "per-workload"}
		if !proto.Equal(asked, want) {
			t.Errorf("the node is asked for %v, want %v", asked, want)
		}
		n.say(&wire.ObjectiveSet{Id: asked.GetId(), Version: 3, Unmet: []string{"energy <= 80*mJ"}, Point: &wire.Point{Accuracy: 0.9}})
		if got := <-done; got.err != nil || got.set.GetVersion() != 3 || got.set.GetPoint().GetAccuracy() != 0.9 || len(got.set.GetUnmet()) != 1 {
			t.Errorf("got %v, %v", got.set, got.err)
		}
	})

	t.Run("an objective that is refused, or answered by something else, is an error", func(t *testing.T) {
		done, asked := set(client.Objective{Minimize: "energy"})
		n.say(&wire.Refused{Id: asked.GetId(), Code: wire.Code_FAILED_PRECONDITION, Message: "no profile"})
		var no *client.Error
		if got := <-done; !errors.As(got.err, &no) || no.Code != wire.Code_FAILED_PRECONDITION {
			t.Errorf("a refusal gives %v", got.err)
		}
		done, asked = set(client.Objective{Minimize: "energy"})
		n.say(&wire.CriterionSet{Id: asked.GetId()})
		if got := <-done; got.err == nil || !strings.Contains(got.err.Error(), "CriterionSet") {
			t.Errorf("got %v, %v", got.set, got.err)
		}
		if _, err := cl.SetObjective(ctx, "a", client.Objective{Where: "a\xff"}); !errors.As(err, &no) || !strings.Contains(no.Message, "UTF-8") {
			t.Errorf("what is no text gives %v", err)
		}
	})

	t.Run("a request has bounds, and its answer those that are not kept", func(t *testing.T) {
		bounds := []*wire.Bound{client.AtLeast("accuracy", 0.9), client.AtMost("energy", 0)}
		done := infer(ctx, cl, client.Request{Tenant: "a", Bounds: bounds})
		m := n.come(t)
		if got := m.GetBounds(); len(got) != 2 || got[0].GetMin() != 0.9 || got[0].Max != nil || got[1].Min != nil || got[1].Max == nil || got[1].GetMetric() != "energy" {
			t.Errorf("the node gets %v", got)
		}
		n.say(&wire.Inferred{Id: m.GetId(), Exit: 1, Unmet: []string{"energy <= 0*uJ"}})
		if c := <-done; c.err != nil || !slices.Equal(c.answer.Unmet, []string{"energy <= 0*uJ"}) {
			t.Errorf("the answer is %+v", c)
		}
	})
}
