package actors_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/modelled"
)

const published = "../examples/resnet50-published"

// inARow is how many answers one after the other have to leave at the exit. One would do on an idle machine.
const inARow = 5

// The original leaves the published ResNet-50 at its exit 1 when 20 ms have passed, and at its exit 2 when 40 have; it
// counts from 0. The criterion changes while requests run, and an answer says which one it was given by. The times are
// real: a busy machine adds to them, so that a request may leave earlier, but the bound has passed then, too.
func TestThePublishedNetworkLeavesWhereTheOriginalDoes(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{profile: filepath.Join(published, "profile.json"), tenants: `tenant "camera" {}`})
	cl := n.dial()
	requests, stop := context.WithCancel(patiently(t))
	answers := make(chan *client.Answer, 16)
	var senders sync.WaitGroup
	defer senders.Wait()
	defer stop()
	for range 2 { // as many as slots: none waits for the other
		senders.Go(func() { sendSamples(t, requests, cl, answers) })
	}
	go func() {
		senders.Wait()
		close(answers)
	}()
	for _, step := range []struct {
		conditions string
		bound      float64 // s
		exit       int
	}{{"conditions-20ms.json", 0.020, 2}, {"conditions-40ms.json", 0.040, 3}, {"conditions-20ms.json", 0.020, 2}} {
		version, err := cl.SetCriterion(requests, "camera", importConditions(t, step.conditions))
		if err != nil {
			t.Fatal(err)
		}
		for right := 0; right < inARow; {
			a := <-answers
			switch {
			case a == nil: // the senders have given up
				t.Fatalf("with %s no %d answers in a row leave at exit %d", step.conditions, inARow, step.exit)
			case a.CriterionVersion != version: // of a request that was admitted before
				continue
			case a.Exit > step.exit, a.Reason != wire.Reason_CRITERION, a.Response.Seconds() <= step.bound:
				t.Fatalf("with %s an answer leaves at exit %d after %s, %s", step.conditions, a.Exit, a.Response, a.Reason)
			case a.Exit == step.exit:
				right++
			default:
				right = 0
			}
		}
	}
}

// sendSamples sends one request after the other, and their answers to the test, until the context is done.
func sendSamples(t *testing.T, ctx context.Context, cl *client.Client, answers chan<- *client.Answer) {
	sample := &wire.Tensor{Name: modelled.Input, Dtype: wire.DType_INT64, Shape: []int64{1, 1}, Data: make([]byte, 8)}
	for {
		a, err := cl.Infer(ctx, client.Request{Tenant: "camera", Inputs: []*wire.Tensor{sample}})
		if err != nil {
			if ctx.Err() == nil {
				t.Error(err)
			}
			return
		}
		select {
		case answers <- a:
		case <-ctx.Done():
		}
	}
}

// importConditions gives the criterion of a condition file.
func importConditions(t *testing.T, name string) string {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(published, name))
	if err != nil {
		t.Fatal(err)
	}
	c, err := criteria.ImportConditions(file, 4)
	if err != nil {
		t.Fatal(err)
	}
	return c.String()
}
