package actors_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// tally counts how the calls of one tenant ended.
type tally struct {
	sync.Mutex
	sent, answered, refused, failed, givenUp uint64
}

// call makes one random request, with a criterion, a deadline, a fault or a change of mind.
func (l *tally) call(t *testing.T, cl *client.Client, o *oracle, tenant string, rng *rand.Rand) {
	picture := rng.IntN(300)
	r := client.Request{Tenant: tenant, Inputs: inputs(pictures(t)[picture]), WantOutputs: rng.IntN(10) == 0}
	r.Criterion = []string{"", "", "true", "false", "exit >= 2", "confidence > 0.5", "confidence >"}[rng.IntN(7)]
	faulted := rng.IntN(50) == 0
	if faulted {
		r.Inputs = faulty(t, 1+rng.IntN(4), []int{breaks, nan, panics}[rng.IntN(3)])
	}
	if rng.IntN(3) == 0 {
		r.Timeout = time.Duration(1 + rng.Int64N(int64(50*time.Millisecond)))
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if rng.IntN(5) == 0 {
		time.AfterFunc(time.Duration(rng.Int64N(int64(10*time.Millisecond))), cancel)
	}
	a, err := cl.Infer(ctx, r)
	l.Lock()
	defer l.Unlock()
	l.sent++
	var e *client.Error
	switch {
	case err == nil:
		l.answered++
		if a.Exit < 1 || a.Exit > 4 {
			t.Errorf("exit %d", a.Exit)
		} else if reading := o.readings[picture][a.Exit-1]; !faulted && (a.Predicted != reading.Predicted || math.Abs(a.Confidence-reading.Confidence) > 1e-4) {
			t.Errorf("picture %d at exit %d: class %d with %g, want %d with %g", picture, a.Exit, a.Predicted, a.Confidence, reading.Predicted, reading.Confidence)
		}
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		l.givenUp++
	case !errors.As(err, &e):
		t.Errorf("a call ends with %v", err)
	case e.Refused:
		l.refused++
		if e.Code != wire.Code_RESOURCE_EXHAUSTED && e.Code != wire.Code_DEADLINE_EXCEEDED && (e.Code != wire.Code_INVALID_ARGUMENT || r.Criterion != "confidence >") {
			t.Errorf("refused: %v", err)
		}
	default:
		l.failed++
		if e.Code != wire.Code_DEADLINE_EXCEEDED && (e.Code != wire.Code_INTERNAL || !faulted) {
			t.Errorf("failed: %v", err)
		}
	}
}

// Two thousand requests of all kinds, half of them one after the other and half all at once.
func TestUnderLoadEveryCallEndsAndTheBooksAddUp(t *testing.T) {
	if alone(t) {
		return
	}
	o := whole(t)
	n := start(t, options{tenants: "tenant \"doorbell\" {\nshare = 60\nexit_when = confidence >= 0.9\nqueue = 24\n}\ntenant \"survey\" { queue = 500 }"})
	cl := n.connect()
	tallies := map[string]*tally{"doorbell": {}, "survey": {}}
	var wg sync.WaitGroup
	for tenant, l := range tallies {
		for worker := range 10 {
			wg.Go(func() { // closed
				rng := rand.New(rand.NewPCG(uint64(worker), 1))
				for range 50 {
					l.call(t, cl, o, tenant, rng)
				}
			})
		}
		for request := range 500 {
			wg.Go(func() { l.call(t, cl, o, tenant, rand.New(rand.NewPCG(uint64(request), 2))) }) // open
		}
	}
	wg.Wait()
	healthy(t, cl) // behind everything that was sent: what was given up has arrived, too
	total := tally{}
	books := n.stop()
	for tenant, l := range tallies {
		b := books[tenant]
		if l.sent != l.answered+l.refused+l.failed+l.givenUp {
			t.Errorf("%s: the calls do not add up", tenant)
		}
		// A call that is given up before it begins is not sent.
		if came := b.Admitted + b.Refused; came > l.sent+1 || came+l.givenUp < l.sent+1 {
			t.Errorf("%s: %d admitted and %d refused, but %d sent and %d of them given up", tenant, b.Admitted, b.Refused, l.sent+1, l.givenUp)
		}
		if b.Answered < l.answered+1 || b.Answered > l.answered+l.givenUp+1 || b.Refused < l.refused {
			t.Errorf("%s: booked %+v, got %d answers and %d refusals", tenant, b, l.answered, l.refused)
		}
		total.sent, total.refused, total.failed, total.givenUp = total.sent+l.sent, total.refused+l.refused, total.failed+l.failed, total.givenUp+l.givenUp
	}
	if total.sent != 2000 || total.refused == 0 || total.failed == 0 || total.givenUp == 0 {
		t.Errorf("the load does not try everything: %d sent, %d refused, %d failed, %d given up", total.sent, total.refused, total.failed, total.givenUp)
	}
}
